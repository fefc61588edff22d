/**
 * Folds with DuckDB, in a process of its own: joins base and changes by key, both zstd JSON lines, into zstd JSON lines.
 * The argument is an `Input` as JSON. Prints an `Output`.
 *
 * Many forms were tried (DuckDB 1.5.5: typed JSON columns, `read_ndjson_objects`, raw lines; key by `json_extract`,
 * `split_part`, `regexp_extract`; anti join with union, full outer join; order kept or not). This one takes the least CPU:
 * lines are raw text, a regular expression extracts the key, and the order of the lines is lost.
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
  /** The user and system seconds of all threads, for each measured repetition. */
  readonly cpu: readonly number[];
  readonly rows: number;
}

/** The used part of @duckdb/node-api. It is installed only on first use, so its types cannot be imported. */
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
    ({ rowsChanged: rows } = await connection.run(buildJoin({ base, changes, out, keyName })));
    const { user, system } = process.cpuUsage(before);
    if (i >= warm) cpu.push((user + system) / 1e6);
  }
  return { cpu, rows };
}

function buildJoin({
  base,
  changes,
  out,
  keyName,
}: Pick<Input, 'base' | 'changes' | 'out' | 'keyName'>): string {
  const key = (line: string, member: string): string =>
    `regexp_extract(${line}, '^\\{"${member}":\\{"${keyName}":\\{"S":"([^"]*)"', 1)`;
  return `COPY (
    WITH change AS MATERIALIZED (
      SELECT ${key('line', 'Keys')} AS key, line ->> '$.NewImage' AS image FROM ${readLines(changes)}
    )
    SELECT line FROM ${readLines(base)} AS item ANTI JOIN change ON ${key('item.line', 'Item')} = change.key
    UNION ALL
    SELECT '{"Item":' || image || '}' FROM change WHERE image IS NOT NULL
  ) TO '${out}' (FORMAT csv, HEADER false, ${asIs}, COMPRESSION zstd)`;
}

/** Reads and writes lines as they are: the delimiter is a control character, which JSON text never has. */
const asIs = `DELIMITER '\\x01', QUOTE '', ESCAPE ''`;

function readLines(files: readonly string[]): string {
  const list = files.map((file) => `'${file}'`).join(', ');
  return `read_csv([${list}], columns = {'line': 'VARCHAR'}, delim = '\\x01', quote = '', escape = '', header = false, auto_detect = false, compression = 'zstd', max_line_size = 2000000)`;
}

console.log(JSON.stringify(await main(JSON.parse(process.argv[2] ?? '') as Input)));
