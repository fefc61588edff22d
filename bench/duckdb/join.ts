/**
 * The same work by DuckDB, in a process of its own: base and changes joined by key, both zstd JSON lines, into zstd JSON
 * lines. One argument, an `Input` as JSON; prints an `Output`.
 *
 * Of the forms tried (DuckDB 1.5.5: typed JSON columns, `read_ndjson_objects`, raw lines; key by `json_extract`,
 * `split_part`, `regexp_extract`; anti join with union, full outer join; order kept or not) this one takes the least CPU:
 * lines are raw text, the key is cut out by a regular expression, and their order is given up.
 */
import { createRequire } from 'node:module';

interface Input {
  readonly base: readonly string[];
  /** Lines of delta runs: `{"Keys":{...},"NewImage"?:{...}}`. */
  readonly changes: readonly string[];
  /** The file to write. */
  readonly out: string;
  /** The partition key's name, the table's only key attribute, of type S. */
  readonly keyName: string;
  readonly warm: number;
  readonly times: number;
}

export interface Output {
  /** User and system seconds of all threads, of each measured repetition. */
  readonly cpu: readonly number[];
  readonly rows: number;
}

/** What is used of @duckdb/node-api. It is installed only when it is measured, so its types cannot be imported. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string, options: Record<string, string>): Promise<{ connect(): Promise<Connection> }>;
  };
}

interface Connection {
  run(sql: string): Promise<{ readonly rowsChanged: number }>;
}

const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api') as DuckDb;

async function main({ base, changes, out, keyName, warm, times }: Input): Promise<Output> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run('SET preserve_insertion_order = false');
  const cpu: number[] = [];
  let rows = 0;
  for (let i = 0; i < warm + times; i++) {
    const before = process.cpuUsage();
    ({ rowsChanged: rows } = await connection.run(join({ base, changes, out, keyName })));
    const { user, system } = process.cpuUsage(before);
    if (i >= warm) cpu.push((user + system) / 1e6);
  }
  return { cpu, rows };
}

function join({ base, changes, out, keyName }: Pick<Input, 'base' | 'changes' | 'out' | 'keyName'>): string {
  const key = (line: string, member: string): string =>
    `regexp_extract(${line}, '^\\{"${member}":\\{"${keyName}":\\{"S":"([^"]*)"', 1)`;
  return `COPY (
    WITH change AS MATERIALIZED (
      SELECT ${key('line', 'Keys')} AS key, line ->> '$.NewImage' AS image FROM ${lines(changes)}
    )
    SELECT line FROM ${lines(base)} AS item ANTI JOIN change ON ${key('item.line', 'Item')} = change.key
    UNION ALL
    SELECT '{"Item":' || image || '}' FROM change WHERE image IS NOT NULL
  ) TO '${out}' (FORMAT csv, HEADER false, ${asIs}, COMPRESSION zstd)`;
}

/** No character of a line means anything: JSON has no control characters. */
const asIs = `DELIMITER '\\x01', QUOTE '', ESCAPE ''`;

function lines(files: readonly string[]): string {
  const list = files.map((file) => `'${file}'`).join(', ');
  return `read_csv([${list}], columns = {'line': 'VARCHAR'}, delim = '\\x01', quote = '', escape = '', header = false, auto_detect = false, compression = 'zstd', max_line_size = 2000000)`;
}

console.log(JSON.stringify(await main(JSON.parse(process.argv[2] ?? '') as Input)));
