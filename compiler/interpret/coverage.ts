import { present } from '../model/evaluate.js';
import type { Block, Guard, MemberModel, Protocol } from '../model/model.js';
import { isIn } from '../model/in-frame.js';
import { walk } from '../model/walk.js';
import type { FactValues } from './evaluate-value.js';
import type { FrameTree } from './read-frame.js';

/** How many places a schema has, how many were reached, and those that were not, outermost first. */
export interface CoverageReport {
  readonly total: number;
  readonly reached: number;
  readonly missing: readonly { readonly what: string; readonly line: number }[];
}

/** What frames have reached of a schema: fields, arms of variants and branches of ifs. */
export class Coverage {
  private readonly reached = new Set<object>();

  /** @param facts what is known of the requests that all frames answer: what that rules out is not looked for */
  constructor(
    private readonly protocol: Protocol,
    private readonly facts: FactValues = new Map(),
  ) {}

  add(tree: FrameTree): void {
    for (const part of tree.reached) this.reached.add(part);
  }

  report(): CoverageReport {
    const missing: { what: string; line: number }[] = [];
    let total = 0;
    let reached = 0;
    /** What lies in a place that was not reached counts, but is not named as well. */
    let inside = false;
    const count = (part: object, what: string, span: MemberModel['span'], within: Block | null): void => {
      total++;
      const isReached = this.reached.has(part);
      if (isReached) reached++;
      else if (!inside) missing.push({ what, line: span.file.position(span.start).line });
      if (within === null) return;
      const before = inside;
      inside ||= !isReached;
      visit(within);
      inside = before;
    };
    const visit = (block: Block): void => {
      for (const member of block.members) this.visitMember(member, count, visit);
    };
    visit(this.protocol.frame.body);
    const { side, structs: all } = this.protocol;
    const possible = [...walk(this.protocol.frame.body)].filter(
      (member) => present(member.guards, this.facts) !== false,
    );
    const structs = side === 'both' ? all : all.filter((struct) => isIn(possible, struct));
    for (const struct of structs) count(struct.body, `struct ${struct.name}`, struct.span, struct.body);
    return { total, reached, missing };
  }

  private isPossible(guard: Guard): boolean {
    return present([guard], this.facts) !== false;
  }

  private visitMember(
    member: MemberModel,
    count: (part: object, what: string, span: MemberModel['span'], within: Block | null) => void,
    visit: (block: Block) => void,
  ): void {
    switch (member.member) {
      case 'field':
        if (member.isPeek !== true && member.isPad !== true) count(member, member.path, member.span, null);
        return;
      case 'variant':
        member.arms.forEach((arm, i) => {
          if (this.isPossible({ node: member, arm: i }))
            count(arm.body, `arm ${arm.name ?? i + 1} of ${member.path}`, arm.span, arm.body);
        });
        return;
      case 'if':
        if (this.isPossible({ node: member, arm: 0 }))
          count(member.then, `the if in ${member.path}`, member.span, member.then);
        if (member.otherwise !== null && this.isPossible({ node: member, arm: 1 }))
          count(member.otherwise, `the else in ${member.path}`, member.span, member.otherwise);
        return;
      case 'within':
        visit(member.body);
        return;
      case 'bits':
      case 'assert':
      case 'pad':
        return;
    }
  }
}
