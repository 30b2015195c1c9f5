import { camelCase, pascalCase } from '../model/camel-case.js';
import type { Enum } from '../model/model.js';
import { docOf } from './module.js';

/** Emits an enum: its members by name, and the type of its values; an open one has others too. */
export function emitEnum(of: Enum): string {
  const name = pascalCase(of.name);
  const doc = (text: string, indent = ''): string => {
    if (text === '') return '';
    const lines = docOf(text).split('\n');
    return lines.length === 1
      ? `${indent}/** ${lines[0]!} */\n`
      : `${indent}/**\n${lines.map((l) => `${indent} * ${l}`).join('\n')}\n${indent} */\n`;
  };
  const members = of.members.map((m) => `${doc(m.doc, '  ')}  ${camelCase(m.name)}: ${m.value},`);
  const values = `(typeof ${name})[keyof typeof ${name}]`;
  const type = of.flags || of.open ? 'number' : values;
  return `${doc(of.doc)}export const ${name} = {\n${members.join('\n')}\n} as const;\nexport type ${name} = ${type};`;
}
