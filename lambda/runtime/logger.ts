import { Logger } from '@aws-lambda-powertools/logger';

/** The only way to log: a message and plain facts, never item content, key values or secrets. */
export interface Log {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

/** Creates a log that writes structured lines with Powertools' logger. */
export function createLambdaLog(service: string): Log {
  const logger = new Logger({ serviceName: service });
  return {
    info: (message, facts = {}) => logger.info(message, facts),
    warn: (message, facts = {}) => logger.warn(message, facts),
    error: (message, facts = {}) => logger.error(message, facts),
  };
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
