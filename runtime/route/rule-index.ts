import type { RouteRule } from '../config/snapshot.js';
import { Route } from './route.js';
import type { RouteInput } from './route-input.js';
import { RuleMatcher } from './rule-matcher.js';

interface Candidate {
  /** Its place in the configuration: the lowest that matches wins. */
  readonly order: number;
  readonly matcher: RuleMatcher;
  readonly route: Route;
}

/**
 * The rules of one virtual host. Those for one exact service lie in an index under it, so that a look-up costs
 * the same with ten services as with ten thousand; only rules without an exact service are walked.
 */
export class RuleIndex {
  private readonly byService = new Map<string, Candidate[]>();
  private readonly forAny: Candidate[] = [];

  /** @throws Error for a pattern that can't be compiled */
  constructor(rules: readonly RouteRule[]) {
    for (const [order, rule] of rules.entries()) {
      const { match } = rule;
      const exact = match.service?.kind === 'exact' ? match.service.value : null;
      // The index has compared an exact service already.
      const matcher = new RuleMatcher(exact === null ? match : { ...match, service: null });
      const candidate = { order, matcher, route: new Route(rule) };
      if (exact === null) this.forAny.push(candidate);
      else this.addExact(exact, candidate);
    }
  }

  /** The first rule that matches, in the order of the configuration, or null. */
  match(call: RouteInput): Route | null {
    const exact = call.service === undefined ? undefined : this.byService.get(call.service);
    const any = this.forAny;
    const exactCount = exact === undefined ? 0 : exact.length;
    for (let e = 0, a = 0; e < exactCount || a < any.length;) {
      const exactFirst = e < exactCount && (a >= any.length || exact![e]!.order < any[a]!.order);
      const candidate = exactFirst ? exact![e++]! : any[a++]!;
      if (candidate.matcher.matches(call)) return candidate.route;
    }
    return null;
  }

  private addExact(service: string, candidate: Candidate): void {
    const known = this.byService.get(service);
    if (known === undefined) this.byService.set(service, [candidate]);
    else known.push(candidate);
  }
}
