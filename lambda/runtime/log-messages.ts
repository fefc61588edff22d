/**
 * Messages of log lines that alarms count. The stack makes the metric filters from them, so this file imports nothing.
 */

/** Logged as an error by whatever meets damage in a stored snapshot, and by a backup that does not continue one for it. */
export const damageMessage = 'stored snapshot is damaged';
