/** One wrong object, what it is told, and what requests for it meet. Its neighbours go on as if it were not there. */
export interface BadInput {
  /** What is wrong, as the end of a sentence that begins with the kind. */
  readonly is: string;
  /**
   * The object as a user would write it, with whatever else it takes to be looked at, every object named so.
   * @param host that its routes are for, and nobody else's
   * @param port that its listeners may have to themselves
   */
  readonly yaml: (name: string, host: string, port: number) => string;
  readonly expected:
    | {
        /** It is not admitted: a piece of the error. */
        readonly refused: string;
      }
    | {
        /** Lines of its own status: `Kind condition status reason`, or `Kind listener <name> condition status reason`. */
        readonly says: readonly string[];
        /** What `http://<host>/` meets through the Gateway of the control route, as `Scenario.meets` tells it. */
        readonly meets?: string;
        /** What a connection to its port (TCP, for the server name of its host when it is TLS; or a datagram) meets, as `Scenario.connects` tells it. */
        readonly connects?: { readonly by: 'tcp' | 'tls' | 'udp'; readonly to: string };
      };
}

/** The kinds whose wrong objects are listed, each in a file of its own. */
export type BadInputs = Readonly<Record<string, readonly BadInput[]>>;

/** An object in namespace default. @param body from `spec:` on, without indentation of its own */
export function object(apiVersion: string, kind: string, name: string, body: string): string {
  return `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: default }\n${body}\n`;
}

export const GATEWAY_API = 'gateway.networking.k8s.io/v1';

export const repeat = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');
