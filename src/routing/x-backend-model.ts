import type { XBackend } from '../resources/index.js';
import type { BackendTls } from './backend-tls-model.js';
import type { SessionSettings } from './session-model.js';
import type { Refusal, Verdict } from './verdict.js';

/** What an XBackend comes to, whoever sends to it. */
export interface XBackendModel {
  readonly backend: XBackend;
  /** UnsupportedProtocol, UnsupportedValue, Invalid, NoValidCACertificate: nothing is sent to one that is refused. */
  readonly accepted: Verdict;
  /** Of its CAs and its client certificate: InvalidCACertificateRef, InvalidKind, InvalidClientCertificateRef, RefNotPermitted. */
  readonly resolvedRefs: Verdict;
  /** How it is spoken to. Undefined: in clear text. Refused: it asks for TLS that cannot be had, so that nothing may be sent. */
  readonly tls: BackendTls | Refusal | undefined;
  /** The session that its clients have with one of its endpoints, where no rule says otherwise. */
  readonly session: SessionSettings | undefined;
}
