// What an example promises, in a form that `examples/run.ts` can hold it to. Each folder has a `check.ts` that exports one as `example`.

export interface Example {
  /** Name of the Gateway that is asked. */
  readonly gateway: string;
  /** Key pairs of a CA that is made for each run. */
  readonly certificates?: Certificates;
  /** One after another; of several in a row all see what the edits before them made. */
  readonly steps: readonly Step[];
}

export interface Certificates {
  /** Name of a ConfigMap with the CA. */
  readonly authority?: string;
  /** CAs that vouch for clients, by the name of the object that holds them. */
  readonly clients?: Readonly<Record<string, 'ConfigMap' | 'ClusterTrustBundle'>>;
  /** Secrets by name, or by `<namespace>/<name>`, each with a certificate for this host. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Services whose backends speak TLS, by name. */
  readonly backends?: Readonly<Record<string, BackendTls>>;
}

export interface BackendTls {
  /** What its certificate is for. */
  readonly host: string;
  /** It takes connections only from clients that present a certificate of the CA. */
  readonly asksClients?: boolean;
}

export type Step = RequestStep | EditStep | StatusStep | OwnStep;

export interface RequestStep {
  /** A sentence, as it is printed. */
  readonly what: string;
  readonly request: Request;
  /** Of the answer, or of each of them. What is left out may be anything. */
  readonly answer?: Answer;
  /** How often it is asked; 1 unless told otherwise. */
  readonly times?: number;
  /** Per cent of the answers by backend, within four standard deviations. */
  readonly shares?: Readonly<Record<string, number>>;
  /** Requests that each of these backends has seen in the end, the answered ones included. */
  readonly seen?: Readonly<Record<string, number>>;
}

/** Replaces text in a file as an editor would; the next request waits until its answer is as expected. */
export interface EditStep {
  readonly what: string;
  readonly edit: { readonly file: string; readonly from: string; readonly to: string };
}

/** What an object is told. */
export interface StatusStep {
  readonly what: string;
  readonly status: {
    readonly kind: string;
    readonly name: string;
    /** Of the object itself – of a route its first parent – unless a listener is named. */
    readonly listener?: string;
    /** Type of the condition. */
    readonly condition: string;
    readonly reason: string;
  };
}

/** For what is neither HTTP nor gRPC. */
export interface OwnStep {
  readonly what: string;
  /** Resolves with what is wrong, or undefined. @param address of the Gateway; its listeners have their own ports there */
  readonly check: (address: string) => Promise<string | undefined>;
}

export interface Request {
  /** Port of the listener. */
  readonly port: number;
  readonly host: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Speaks HTTPS, with the host as server name. */
  readonly tls?: boolean;
  /** Presents a certificate for this name, of this CA of `certificates.clients`. */
  readonly client?: { readonly name: string; readonly of: string };
  /** It is a gRPC call of `/<service>/<method>`: the path. */
  readonly call?: boolean;
}

export interface Answer {
  /** There is none: the connection is refused or reset. */
  readonly refused?: true;
  readonly status?: number;
  /** Of a gRPC call, by name: `OK`. */
  readonly grpcStatus?: string;
  /** Common name of the certificate that the server shows. */
  readonly certificate?: string;
  /** Name of the Service that answered. */
  readonly backend?: string;
  /** Path that the backend saw. */
  readonly path?: string;
  /** In lower case; undefined: there is none. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Headers as the backend got them, in lower case: what each contains; undefined: there is none. */
  readonly received?: Readonly<Record<string, string | undefined>>;
}
