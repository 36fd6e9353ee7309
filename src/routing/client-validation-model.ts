/** Source: FrontendTLSValidation. */
export interface ClientValidation {
  /** Name of the CA bundle that certificates have to chain up to. */
  readonly ca: string;
  /** With `AllowInsecureFallback` a certificate is asked for, and whoever has none, or a bad one, is let in all the same. */
  readonly mode: 'AllowValidOnly' | 'AllowInsecureFallback';
}
