// Answers each line, a question in JSON, with one line: the answer of RDS to a call of Alibaba Cloud's SDK for Go, on which
// the aliyun CLI is built.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
)

type question struct {
	Endpoint   string            `json:"endpoint"`
	Secret     string            `json:"secret"`
	Action     string            `json:"action"`
	Parameters map[string]string `json:"parameters"`
}

type answer struct {
	Body    json.RawMessage `json:"body,omitempty"`
	Code    string          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line, err := json.Marshal(answerTo(lines.Bytes()))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(line))
	}
}

func answerTo(line []byte) answer {
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return toError(err)
	}
	client, err := sdk.NewClientWithAccessKey("cn-hangzhou", "local", asked.Secret)
	if err != nil {
		return toError(err)
	}
	request := requests.NewCommonRequest()
	request.Method = "POST"
	request.Scheme = "http"
	request.Domain = asked.Endpoint
	request.Version = "2014-08-15"
	request.ApiName = asked.Action
	for name, value := range asked.Parameters {
		request.QueryParams[name] = value
	}
	response, err := client.ProcessCommonRequest(request)
	if err != nil {
		return toError(err)
	}
	return answer{Body: response.GetHttpContentBytes()}
}

func toError(err error) answer {
	if refused, ok := err.(*errors.ServerError); ok {
		return answer{Code: refused.ErrorCode(), Message: refused.Message()}
	}
	return answer{Code: "ClientError", Message: err.Error()}
}
