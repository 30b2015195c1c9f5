import type { RouteConfig } from '../config/snapshot.js';
import { Route } from './route.js';
import { type RouteInput, RuleMatcher } from './rule-matcher.js';

export type { RouteInput } from './rule-matcher.js';

interface Candidate {
  /** Its place in the configuration: the lowest that matches wins. */
  readonly order: number;
  readonly matcher: RuleMatcher;
  readonly route: Route;
}

/**
 * The routes of one RouteConfig, ready to be asked. Rules for one exact service lie in an index under it, so
 * that a look-up costs the same with ten services as with ten thousand; only rules without an exact service
 * are walked for every request.
 */
export class RouteTable {
  /**
   * Whether an answer may depend on headers. If not, (service, method) decides alone, and the caller may
   * keep the answer for the same pair as long as it keeps this table.
   */
  readonly dependsOnHeaders: boolean;
  readonly name: string;

  private readonly byService = new Map<string, Candidate[]>();
  private readonly forAny: Candidate[] = [];

  /** @throws Error for a pattern that can't be compiled; a checked snapshot has none */
  constructor(config: RouteConfig) {
    this.name = config.name;
    let order = 0;
    let dependsOnHeaders = false;
    for (const host of config.virtualHosts) {
      for (const rule of host.routes) {
        const { match } = rule;
        const exact = match.service?.kind === 'exact' ? match.service.value : null;
        // The index has compared an exact service already.
        const matcher = new RuleMatcher(exact === null ? match : { ...match, service: null });
        const candidate = { order: order++, matcher, route: new Route(rule) };
        if (match.headers.length > 0) dependsOnHeaders = true;
        if (exact === null) this.forAny.push(candidate);
        else this.addExact(exact, candidate);
      }
    }
    this.dependsOnHeaders = dependsOnHeaders;
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
