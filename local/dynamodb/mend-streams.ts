import { DatabaseSync } from 'node:sqlite';

/**
 * Two faults of the embedded database's streams (measured on its version 1.2.1), mended in its file:
 *
 * - A record's number is the highest of the table's records plus one, found by reading them all: 2,000 writes a second
 *   fall to 150 after 16,000 records. With an index the number is found at once.
 * - Records are kept by the table's name alone, so those of a deleted table, or of a stream that was switched off, come
 *   again in the next stream of that name. They go with their stream: its label lives in the table's row, is set when
 *   the stream is switched on and stays there when it is switched off.
 */
const mending = `
  CREATE INDEX IF NOT EXISTS tidemark_stream_numbers
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
  CREATE TRIGGER IF NOT EXISTS tidemark_stream_replaced
    AFTER UPDATE OF stream_label ON _tables WHEN NEW.stream_label IS NOT OLD.stream_label
    BEGIN DELETE FROM _stream_records WHERE table_name = OLD.table_name; END;
  CREATE TRIGGER IF NOT EXISTS tidemark_table_deleted AFTER DELETE ON _tables
    BEGIN DELETE FROM _stream_records WHERE table_name = OLD.table_name; END;
`;

/** How long another writer of the file is waited for. */
const busyMs = 5000;

/** Mends the database file, which a running database has made; what is mended already stays as it is. */
export function mendStreams(file: string): void {
  const database = new DatabaseSync(file, { timeout: busyMs });
  try {
    database.exec(mending);
  } finally {
    database.close();
  }
}
