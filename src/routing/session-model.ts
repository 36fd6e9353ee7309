// Session persistence keeps a client with one endpoint of a backend: never with a backend, which is chosen by weight for every request.
// Source: Gateway API v1.7.0, SessionPersistence; GEP-1619.

/** What somebody asks for, before it is known where. */
export type SessionSettings = CookieSettings | HeaderSettings;

interface CookieSettings {
  readonly kind: 'cookie';
  /** Undefined: one is made. */
  readonly name: string | undefined;
  /** Begins with a slash. */
  readonly path: string;
  readonly lifetime: CookieLifetime;
}

interface HeaderSettings {
  readonly kind: 'header';
  readonly name: string;
}

/**
 * `session` ends with the client's session, `permanent` by its `Max-Age`. The proxy forgets a cookie that is older than `seconds`; undefined: it
 * never does.
 */
export type CookieLifetime =
  | { readonly kind: 'session'; readonly seconds: number | undefined }
  | { readonly kind: 'permanent'; readonly seconds: number };

/** How one share of a rule recognises its clients: no other share of the rule does so by the same name. */
export type SessionModel = SessionSettings & { readonly name: string };
