/** What a certificate is for: shown to peers, or to verify theirs by. */
export type CertificateUse = 'certificate' | 'trusted_ca';

/** A certificate in force, as metrics and the admin port tell of it. */
export interface CertificateFacts {
  /** `listener ingress`, `cluster echo`. */
  readonly owner: string;
  readonly use: CertificateUse;
  readonly file: string;
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names. */
  readonly names: readonly string[];
  readonly serial: string;
  /** Epoch milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
}
