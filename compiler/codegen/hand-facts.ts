import {
  StructureKind,
  ts,
  type ClassDeclarationStructure,
  type FunctionDeclarationStructure,
  type StatementStructures,
} from 'ts-morph';
import type { Module } from './module.js';

/** Functions of the contract by what they take before the facts; the others take them last. */
const CONTRACT: ReadonlyMap<string, number> = new Map([
  ...[
    'check',
    'isHeartbeat',
    'isGoaway',
    'timeoutOf',
    'serviceOf',
    'methodOf',
    'groupOf',
    'versionOf',
    'wireStatusOf',
    'bodyStart',
    'bodyEnd',
  ].map((name) => [name, 3] as const),
  ...['setId', 'withId', 'setTimeout', 'headerOf', 'readHeaders'].map((name) => [name, 4] as const),
  ['reencode', 5],
]);
/** What is known of a reply alone. */
const ALONE: readonly string[] = ['match', 'scan', 'kindOf', 'idOf', 'toCanonical', 'toWire'];

const DESTRUCTURED = /^const \{ bytes: b, start: at(, end)? \} = this;/;

type Statement = StatementStructures | string;

/**
 * Hands what is known of a request to all functions of a module of replies that read it as `facts`, or call one that
 * does. Emitters write calls as if there were none; here those are found that need them.
 */
export function handFacts(statements: readonly Statement[], module: Module): Statement[] {
  const type = module.factsName;
  const functions = statements.filter(isFunction);
  const uses = new Map(functions.map((one) => [one.name!, usesOf(codeOf(one.statements))]));
  const needs = new Set([module.encodeName]);
  for (let found = true; found;) {
    found = false;
    for (const one of functions) {
      const { reads, binds, calls } = uses.get(one.name!)!;
      if (needs.has(one.name!) || binds || !(reads || calls.some((name) => needs.has(name)))) continue;
      if (ALONE.includes(one.name!)) throw new Error(`${one.name} reads what only a request says`);
      needs.add(one.name!);
      found = true;
    }
  }
  return statements.map((statement) => {
    if (isFunction(statement)) {
      const { name, parameters = [] } = statement;
      const changed = { ...statement, statements: handed(codeOf(statement.statements), needs) };
      if (!needs.has(name!)) return changed;
      const missing = (CONTRACT.get(name!) ?? 0) - parameters.length;
      const padded = missing > 0 ? [{ name: '_end', type: 'number' }] : [];
      return { ...changed, parameters: [...parameters, ...padded, { name: 'facts', type }] };
    }
    return isClass(statement) ? handedView(statement, needs, type, module) : statement;
  });
}

/** The view keeps the facts beside the bytes. */
function handedView(
  view: ClassDeclarationStructure,
  needs: ReadonlySet<string>,
  type: string,
  module: Module,
): ClassDeclarationStructure {
  const [ctor] = view.ctors!;
  const facts = { name: 'facts', type, isReadonly: true };
  return {
    ...view,
    ctors: [{ ...ctor, parameters: [...ctor!.parameters!, facts] }],
    methods: view.methods!.map((method) => ({
      ...method,
      statements: [
        `return new ${module.viewName}(frame.bytes, frame.start, frame.end, frame.facts as ${type});`,
      ],
    })),
    getAccessors: view.getAccessors!.map((getter) => {
      const code = handed(codeOf(getter.statements), needs);
      if (!usesOf(code).reads) return getter;
      const known = DESTRUCTURED.test(code)
        ? code.replace(DESTRUCTURED, 'const { bytes: b, start: at$1, facts } = this;')
        : code.replaceAll(/(?<![.$\w])facts\b/g, 'this.facts');
      return { ...getter, statements: known };
    }),
  };
}

function isFunction(statement: Statement): statement is FunctionDeclarationStructure {
  return typeof statement !== 'string' && statement.kind === StructureKind.Function;
}

function isClass(statement: Statement): statement is ClassDeclarationStructure {
  return typeof statement !== 'string' && statement.kind === StructureKind.Class;
}

function codeOf(statements: FunctionDeclarationStructure['statements']): string {
  return [statements ?? []].flat().join('\n');
}

/** Whether code reads facts, whether it has them of something at hand, and which functions it calls. */
function usesOf(code: string): { reads: boolean; binds: boolean; calls: string[] } {
  const calls: string[] = [];
  let [reads, binds] = [false, false];
  visit(code, (node) => {
    if (ts.isBindingElement(node) && node.name.getText() === 'facts') binds = true;
    if (ts.isIdentifier(node) && node.text === 'facts' && !isMember(node)) reads = true;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) calls.push(node.expression.text);
  });
  return { reads, binds, calls };
}

/** `memo.facts`, and a property of this name. */
function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  );
}

/** Code with the facts as the last argument of each call that needs them. */
function handed(code: string, needs: ReadonlySet<string>): string {
  const ends: { at: number; text: string }[] = [];
  visit(code, (node, start) => {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
    const { text } = node.expression;
    if (!needs.has(text)) return;
    // Where the frame ends is asked for by none of those that take it here.
    const missing = Math.max(0, (CONTRACT.get(text) ?? 0) - node.arguments.length);
    const args = [...Array.from({ length: missing }, () => '0'), 'facts'].join(', ');
    ends.push({ at: node.arguments.end - start, text: node.arguments.length === 0 ? args : `, ${args}` });
  });
  return ends
    .sort((a, b) => b.at - a.at)
    .reduce((text, end) => text.slice(0, end.at) + end.text + text.slice(end.at), code);
}

/** @param each gets every node, and where `code` starts in the text that it is a node of */
function visit(code: string, each: (node: ts.Node, start: number) => void): void {
  const before = 'function read() {\n';
  const file = ts.createSourceFile('read.ts', `${before}${code}\n}`, ts.ScriptTarget.ES2022, true);
  const walk = (node: ts.Node): void => {
    each(node, before.length);
    ts.forEachChild(node, walk);
  };
  walk(file);
}
