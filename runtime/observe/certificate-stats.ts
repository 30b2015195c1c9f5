import type { CertificateFacts } from './certificate-facts.js';

/** How the certificates of a process fare. */
export class CertificateStats {
  /** Those in force. */
  certificates: readonly CertificateFacts[] = [];
  /** Times that files changed and what they hold was taken, or could not be used. */
  reloads = 0;
  failures = 0;
}
