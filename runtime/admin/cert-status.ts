import type { CertificateFacts } from '../observe/certificate-facts.js';
import type { CertStatus } from './status.js';

const DAY_MS = 86_400_000;

/** What `/certs` shows. */
export function certStatus(certificates: readonly CertificateFacts[], now: number): CertStatus[] {
  return certificates.map(({ validFrom, validTo, ...facts }) => ({
    ...facts,
    valid_from: new Date(validFrom).toISOString(),
    valid_to: new Date(validTo).toISOString(),
    days_left: Math.floor((validTo - now) / DAY_MS),
  }));
}
