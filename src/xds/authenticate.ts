import { status, type Metadata } from '@grpc/grpc-js';

/** What a call may have. */
export type Admission =
  | {
      readonly kind: 'admitted';
      /** Its configuration, and no other's, is what the stream gets. */
      readonly fleet: string;
      /** Who it is, for the log. */
      readonly who?: string | undefined;
      /** What admits it is good until then: the stream ends before. Milliseconds since the epoch; undefined: without end. */
      readonly until?: number | undefined;
    }
  | {
      readonly kind: 'refused';
      /** One word for metrics: of a fixed set, whatever the client sends. */
      readonly reason: string;
      readonly code: status;
      /** For the client and the log. Never the token, nor anything that the client could make up at will. */
      readonly details: string;
    };

/** Decides by the bearer token; '' when there is none. */
export type Authenticate = (token: string) => Admission | Promise<Admission>;

/** Decides by all that a call says of itself before its first message. */
export type Admit = (metadata: Metadata) => Admission | Promise<Admission>;

/** @param fleet undefined: the token stands for none */
export function admissionTo(fleet: string | undefined): Admission {
  return fleet === undefined
    ? {
        kind: 'refused',
        reason: 'no_token',
        code: status.UNAUTHENTICATED,
        details: 'a bearer token that stands for a fleet is required in the authorization metadata',
      }
    : { kind: 'admitted', fleet };
}

/** By the bearer token in the `authorization` metadata. */
export async function admissionByToken(metadata: Metadata, authenticate: Authenticate): Promise<Admission> {
  const [authorization = ''] = metadata.get('authorization');
  const token = /^Bearer +(\S+)$/i.exec(String(authorization))?.[1] ?? '';
  return token === '' ? admissionTo(undefined) : await authenticate(token);
}
