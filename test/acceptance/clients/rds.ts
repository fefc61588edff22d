import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Ask, startProgram, startPython } from './python.ts';

export type RdsParameters = Readonly<Record<string, string>>;

/** An official client of RDS, signing with one key. */
export interface RdsClient {
  readonly name: string;
  /** Calls an action and returns the members of the answer. Throws `RdsClientError` if the service answers with an error. */
  call(action: string, parameters: RdsParameters): Promise<Record<string, unknown>>;
}

export interface RdsClientOptions {
  /** `host:port`. */
  readonly endpoint: () => string;
  /** @default local */
  readonly secret?: string;
}

/** An error of the service as the client reports it. */
class RdsClientError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'RdsClientError';
    this.code = code;
  }
}

/** The default timeout of the clients, 3 s, is too short on a machine that runs other tests too. */
const patienceMs = 60_000;

interface JavascriptError {
  readonly code?: string;
  readonly message: string;
}

function toClientError(error: unknown): RdsClientError {
  const { code = '', message } = error as JavascriptError;
  return new RdsClientError(code, message);
}

interface PopCore {
  request(action: string, parameters: object, options: object): Promise<Record<string, unknown>>;
}

/** Creates a client with npm's @alicloud/pop-core, which sends GET or POST with a form. */
export function createPopCore(
  folder: string,
  method: 'GET' | 'POST',
  { endpoint, secret = 'local' }: RdsClientOptions,
): RdsClient {
  const Client = createRequire(join(folder, 'package.json'))('@alicloud/pop-core') as new (
    config: object,
  ) => PopCore;
  return {
    name: `@alicloud/pop-core, ${method}`,
    async call(action, parameters) {
      const client = new Client({
        endpoint: `http://${endpoint()}`,
        apiVersion: '2014-08-15',
        accessKeyId: 'local',
        accessKeySecret: secret,
      });
      try {
        return await client.request(action, parameters, { method, timeout: patienceMs });
      } catch (error) {
        throw toClientError(error);
      }
    },
  };
}

type Fields = Record<string, unknown>;

interface Rds20140815 {
  readonly default: new (
    config: object,
  ) => Record<string, (request: object) => Promise<{ readonly body: object }>>;
  readonly [request: `${string}Request`]: new (fields: Fields) => object;
}

/** Creates a client with npm's @alicloud/rds20140815, which signs by style V3, or by V1 if the caller says so. */
export function createRds20140815(
  folder: string,
  style: 'V3' | 'V1',
  { endpoint, secret = 'local' }: RdsClientOptions,
): RdsClient {
  const rds = createRequire(join(folder, 'package.json'))('@alicloud/rds20140815') as Rds20140815;
  return {
    name: `@alicloud/rds20140815, ${style}`,
    async call(action, parameters) {
      const client = new rds.default({
        endpoint: endpoint(),
        protocol: 'http',
        accessKeyId: 'local',
        accessKeySecret: secret,
        readTimeout: patienceMs,
        ...(style === 'V1' && { signatureAlgorithm: 'v2' }),
      });
      const Request = rds[`${action}Request`];
      const method = client[`${action[0]?.toLowerCase()}${action.slice(1)}`];
      if (Request === undefined || method === undefined) throw new TypeError(`the client has no ${action}`);
      const fields = Object.entries(parameters).map(([name, value]) => [toLowerName(name), value]);
      try {
        const { body } = await method.call(client, new Request(Object.fromEntries(fields) as Fields));
        return toUpperNames(body) as Record<string, unknown>;
      } catch (error) {
        throw toClientError(error);
      }
    },
  };
}

/** Returns the client's name of a parameter: `DBInstanceId` keeps its name, all others begin with a small letter. */
function toLowerName(name: string): string {
  return /^[A-Z]{2}/.test(name) ? name : `${name[0]?.toLowerCase()}${name.slice(1)}`;
}

function toUpperNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toUpperNames);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.map(([name, member]) => [`${name[0]?.toUpperCase()}${name.slice(1)}`, toUpperNames(member)]),
  );
}

/** The Python SDKs that rds_client.py wraps. */
export const pythonSdks = ['sdk', 'common-get', 'common-post', 'tea-v3', 'tea-v1'] as const;

export function createPythonRds(
  python: string,
  sdk: (typeof pythonSdks)[number],
  { endpoint, secret = 'local' }: RdsClientOptions,
): RdsClient {
  const ask = startPython(python, 'rds_client.py', process.env);
  return {
    name: `Python, ${sdk}`,
    call: (action, parameters) => askClient(ask, { sdk, endpoint: endpoint(), secret, action, parameters }),
  };
}

/** Creates a client with Alibaba Cloud's SDK for Go, which runs in the program that .ci/clients.sh builds from rds-go. */
export function createGoRds(program: string, { endpoint, secret = 'local' }: RdsClientOptions): RdsClient {
  const ask = startProgram(program, [], process.env);
  return {
    name: 'Go',
    call: (action, parameters) => askClient(ask, { endpoint: endpoint(), secret, action, parameters }),
  };
}

async function askClient(ask: Ask, question: object): Promise<Record<string, unknown>> {
  const answer = JSON.parse(await ask(question)) as {
    readonly body?: Record<string, unknown>;
    readonly code?: string;
    readonly message?: string;
  };
  if (answer.body !== undefined) return answer.body;
  throw new RdsClientError(answer.code ?? '', answer.message ?? '');
}
