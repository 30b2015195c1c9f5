import { describe, expect, it } from 'vitest';
import { networkFilters } from '../../../runtime/config/network-schema.js';
import { Admission } from '../../../runtime/filter/admission.js';

const admission = (config: unknown): Admission => new Admission(networkFilters.parse(config));

describe('who may connect', () => {
  it('anybody, if nothing is said', () => {
    expect(admission({}).admit('1.2.3.4', 0)).toBe('yes');
    expect(admission({}).admit(undefined, 0)).toBe('yes');
  });

  it('is decided by the first rule with the address', () => {
    const rules = [
      { action: 'deny', addresses: ['10.1.0.0/16', '2001:db8::/32'] },
      { action: 'allow', addresses: ['10.0.0.0/8', '::1'] },
    ];
    const asked = admission({ ip_access: { default_action: 'deny', rules } });
    const answers = {
      '10.2.0.1': 'yes',
      '::ffff:10.2.0.1': 'yes',
      '::1': 'yes',
      '10.1.0.1': 'denied',
      '2001:db8::7': 'denied',
      '11.0.0.1': 'denied',
    };
    for (const [address, answer] of Object.entries(answers)) {
      expect(asked.admit(address, 0), address).toBe(answer);
    }
    // Of a unix socket, or gone already.
    expect(asked.admit(undefined, 0)).toBe('denied');
    expect(admission({ ip_access: { default_action: 'allow', rules } }).admit(undefined, 0)).toBe('yes');
  });

  it('is bounded by a rate, of all or of each address', () => {
    const rate = { max_tokens: 2, tokens_per_fill: 1, fill_interval: '1s' };
    const all = admission({ connection_rate: rate });
    expect(['a', 'b', 'a'].map((address) => all.admit(address, 0))).toEqual(['yes', 'yes', 'over the rate']);
    expect(all.admit('a', 1_000)).toBe('yes');
    const each = admission({ connection_rate: { ...rate, per_address: true } });
    expect(['a', 'b', 'a', 'a'].map((address) => each.admit(address, 0))).toEqual([
      'yes',
      'yes',
      'yes',
      'over the rate',
    ]);
  });
});
