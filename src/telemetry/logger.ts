import { createLogger as createWinston, format, transports, type Logger as Winston } from 'winston';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFormat = 'json' | 'text';
type Fields = Readonly<Record<string, unknown>>;

/**
 * A log line is an event with fields: `event` is a short constant phrase without figures, everything that varies is a field.
 * Nothing secret is ever passed in.
 */
export interface Logger {
  error(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  debug(event: string, fields?: Fields): void;
  /** A logger that adds `fields` to every event. */
  child(fields: Fields): Logger;
}

const text = format.printf(({ timestamp, level, message, ...fields }) => {
  const tail = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`,
    );
  return [String(timestamp), level.toUpperCase().padEnd(5), String(message), ...tail].join(' ');
});

/** Writes one event per line to standard error (standard output belongs to the command's result). */
export function createLogger(options: { readonly level: LogLevel; readonly format: LogFormat }): Logger {
  return wrap(
    createWinston({
      level: options.level,
      levels: { error: 0, warn: 1, info: 2, debug: 3 },
      format: format.combine(format.timestamp(), options.format === 'json' ? format.json() : text),
      transports: [new transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
    }),
  );
}

function wrap(winston: Winston): Logger {
  const at =
    (level: LogLevel) =>
    (event: string, fields: Fields = {}) => {
      winston.log({ ...fields, level, message: event });
    };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (fields) => wrap(winston.child(fields)),
  };
}

const nothing = (): void => undefined;

/** Logs nothing: for commands that print their own result, and for tests. */
export const silentLogger: Logger = {
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  child: () => silentLogger,
};
