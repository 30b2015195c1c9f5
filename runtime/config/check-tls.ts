import { Findings } from './findings.js';
import { itemsAt, type Located, stringAt } from './located.js';
import { parseAddress } from './units.js';

/** Checks that the parts of a `tls` section fit each other and what stands beside it. */
export class TlsCheck extends Findings {
  listener(listener: Located): void {
    const tls = listener.entries.get('tls');
    if (tls === undefined) return;
    const asks = stringAt(tls, 'client_certificate');
    const trusted = tls.entries.get('trusted_ca');
    if (trusted === undefined && (asks?.value === 'optional' || asks?.value === 'required')) {
      this.refuse(asks, 'callers can only be asked for certificates with a `trusted_ca` to verify them by');
    }
    if (trusted !== undefined && asks?.value === 'none') {
      this.refuse(trusted, 'nothing is verified by it: `client_certificate` is none');
    }
    const names = tls.entries.get('match_subject_alt_names');
    if (names !== undefined && names.items.length > 0 && trusted === undefined) {
      this.refuse(names, 'callers have names only if their certificates are verified by a `trusted_ca`');
    }
    this.patterns(tls);
  }

  cluster(cluster: Located): void {
    const tls = cluster.entries.get('tls');
    if (tls === undefined) return;
    this.patterns(tls);
    const unverified = tls.entries.get('verify')?.value === false;
    if (unverified) {
      for (const key of ['trusted_ca', 'match_subject_alt_names']) {
        const node = tls.entries.get(key);
        if (node !== undefined) this.refuse(node, 'it has no effect with `verify: false`');
      }
    }
    const named = tls.entries.has('sni') || itemsAt(tls, 'match_subject_alt_names').length > 0;
    if (unverified || named) return;
    const hint = 'add `sni`, or `match_subject_alt_names`';
    for (const host of itemsAt(cluster, 'hosts')) {
      const address = stringAt(host, 'address');
      if (address === undefined || parseAddress(String(address.value))?.path === undefined) continue;
      this.refuse(
        address,
        'a host on a unix socket has no name that its certificate could be verified by',
        hint,
      );
    }
  }

  private patterns(tls: Located): void {
    for (const match of itemsAt(tls, 'match_subject_alt_names')) this.stringMatch(match);
  }
}
