/**
 * Messages of log lines that alarms count. The stack makes the metric filters from them, so this file imports nothing.
 */

/**
 * The message of the error that is logged when damage is found in a stored snapshot, or when a backup cannot continue a
 * snapshot because of damage.
 */
export const damageMessage = 'stored snapshot is damaged';
