// Servers that are asked whether a request may pass. Any instance is one: it is asked under a path that says who asks. It marks what it lets pass, so that
// what got by it is seen at the backend.

/** Whoever asks: a listener before a route is chosen, or a rule. */
export type Asking = 'listener' | 'rule';

/** What stands before the path of a request when a server is asked about it. */
export const ASKED_AT = { listener: '/.ask/listener', rule: '/.ask/rule' } as const satisfies Record<
  Asking,
  string
>;

/** Header of the mark. */
export const MARKED_BY = { listener: 'x-passed-listener', rule: 'x-passed-rule' } as const satisfies Record<
  Asking,
  string
>;

/** Requests that no server lets pass; they are answered 403. @param path as the client has sent it */
export function isDenied(path: string): boolean {
  return path.startsWith('/x');
}

/** An ExternalAuth filter. */
export function authFilter(who: Asking, server: string): object {
  return {
    type: 'ExternalAuth',
    externalAuth: {
      protocol: 'HTTP',
      backendRef: { name: server, namespace: 'default', port: 80 },
      http: { path: ASKED_AT[who], allowedResponseHeaders: [MARKED_BY[who]] },
    },
  };
}

/** What a backend says of the servers that a request has passed. */
export function passedBy(listener: boolean, rule: boolean): string {
  return `${listener ? 'L' : ''}${rule ? 'R' : ''}` || '-';
}
