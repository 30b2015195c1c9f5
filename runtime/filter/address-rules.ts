import { BlockList, isIP } from 'node:net';
import type { AddressRulesFile } from '../config/network-schema.js';

/** Which addresses are let through: the first rule that names one decides. */
export class AddressRules {
  private readonly otherwise: boolean;
  private readonly rules: readonly { readonly allowed: boolean; readonly list: BlockList }[];

  constructor(config: AddressRulesFile) {
    this.otherwise = config.default_action === 'allow';
    this.rules = config.rules.map(({ action, addresses }) => {
      const list = new BlockList();
      for (const { address, prefix } of addresses) list.addSubnet(address, prefix, family(address));
      return { allowed: action === 'allow', list };
    });
  }

  /** @param address what is no IP address, such as that of a caller on a unix socket, no rule names */
  allows(address: string): boolean {
    if (isIP(address) === 0) return this.otherwise;
    for (const { allowed, list } of this.rules) if (list.check(address, family(address))) return allowed;
    return this.otherwise;
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
