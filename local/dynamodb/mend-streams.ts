import { DatabaseSync } from 'node:sqlite';

/**
 * Corrects two faults of the embedded database's streams (measured on its version 1.2.1), in its file:
 *
 * - To number a record, the database reads all records of the table: 2,000 writes a second fall to 150 after 16,000
 *   records. With an index it finds the highest number at once.
 * - Records are stored by the table's name alone, so the next stream of that name shows the records of a deleted table, or
 *   of a stream that was disabled. The triggers delete a stream's records when the next one begins: its label is in the
 *   table's row, where it is set when the stream is enabled and stays when it is disabled.
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

/** How long to wait for another writer of the file. */
const busyMs = 5000;

/** Corrects the file of a running database. It may have been corrected before. */
export function mendStreams(file: string): void {
  const database = new DatabaseSync(file, { timeout: busyMs });
  try {
    database.exec(mending);
  } finally {
    database.close();
  }
}
