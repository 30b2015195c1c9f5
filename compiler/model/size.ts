import { mostAnnounced, rangeOf } from './integers.js';
import type { Block, ExtentModel, FieldType, IntForm, IntType, MemberModel, SizeRange } from './model.js';

const fixed = (bytes: number): SizeRange => ({ min: bytes, max: bytes });

export function blockSize(block: Block): SizeRange {
  let min = 0;
  let max = 0;
  for (const member of block.members) {
    const size = memberSize(member);
    min += size.min;
    max += size.max;
  }
  return { min, max };
}

export function memberSize(member: MemberModel): SizeRange {
  switch (member.member) {
    case 'field':
      return member.isPeek === true ? fixed(0) : typeSize(member.type);
    case 'bits':
      return fixed(member.int.bits / 8);
    case 'assert':
      return fixed(0);
    case 'pad':
      return member.mode === 'size' ? fixed(member.value) : { min: 0, max: member.value - 1 };
    case 'if': {
      const then = blockSize(member.then);
      const otherwise = member.otherwise === null ? fixed(0) : blockSize(member.otherwise);
      return { min: Math.min(then.min, otherwise.min), max: Math.max(then.max, otherwise.max) };
    }
    case 'variant': {
      const sizes = member.arms.map((arm) => blockSize(arm.body));
      if (sizes.length === 0) return fixed(0);
      return { min: Math.min(...sizes.map((s) => s.min)), max: Math.max(...sizes.map((s) => s.max)) };
    }
    case 'within':
      return extentSize({ kind: 'size', value: member.size, max: member.max });
  }
}

export function typeSize(type: FieldType): SizeRange {
  switch (type.kind) {
    case 'int':
      return intSize(type.int, type.form);
    case 'bytes':
    case 'text':
      return extentSize(type.extent);
    case 'struct':
      return type.struct.size;
    case 'list': {
      const element = typeSize(type.element);
      if (type.extent.kind === 'until') {
        const { length } = type.extent.delimiter;
        return { min: length, max: length + Math.max(1, element.max) * Math.max(1, type.maxCount) };
      }
      if (type.extent.kind !== 'count') return extentSize(type.extent);
      return countedSize(element, type.extent, type.maxCount);
    }
    case 'map':
      if (type.extent.kind === 'until') {
        const { length } = type.extent.delimiter;
        return { min: length, max: length + type.pair.size.max * Math.max(1, type.maxCount) };
      }
      if (type.extent.kind === 'count') return countedSize(type.pair.size, type.extent, type.maxCount);
      return extentSize(type.extent);
    case 'record':
    case 'coded':
      return extentSize(type.extent);
    case 'float':
      return fixed(type.bits / 8);
    case 'extern':
      return { min: type.rest ? 0 : 1, max: Infinity };
    case 'entry':
    case 'inHead':
    case 'composed':
    case 'inner':
      return fixed(0);
  }
}

/** The bytes of as many elements as an extent says. */
function countedSize(
  element: SizeRange,
  extent: ExtentModel & { readonly kind: 'count' },
  maxCount: number,
): SizeRange {
  const { min, max } = extentBounds(extent);
  return {
    min: element.min * min,
    max: element.max === 0 ? 0 : element.max * Math.min(max, maxCount),
  };
}

/** The bytes a number takes, by how it stands on the wire. */
export function intSize(int: IntType, form: IntForm): SizeRange {
  switch (form.kind) {
    case 'fixed':
      return fixed(int.bits / 8);
    case 'varint': {
      if (form.encoding === 'quic' || form.encoding === 'ber') return { min: 1, max: 8 };
      return { min: 1, max: form.encoding === 'mqtt' ? 4 : Math.ceil(int.bits / 7) };
    }
    case 'digits': {
      const { extent } = form;
      if (extent.kind === 'size') return fixed(extent.digits);
      const { low, high } = rangeOf(int);
      const longestNumber = Math.max(low.toString(form.base).length, high.toString(form.base).length);
      return { min: 1 + extent.delimiter.length, max: longestNumber + extent.delimiter.length };
    }
  }
}

function extentSize(extent: ExtentModel): SizeRange {
  switch (extent.kind) {
    case 'prefix': {
      const width = extent.int.bits / 8;
      const most = 2 ** (extent.int.signed ? extent.int.bits - 1 : extent.int.bits) - 1;
      return { min: width, max: width + Math.min(most, extent.max ?? Infinity) };
    }
    case 'varying': {
      const { min, max } = typeSize(extent.length);
      return { min, max: max + mostAnnounced(extent, false) };
    }
    case 'rest':
      return { min: 0, max: extent.max ?? Infinity };
    case 'until':
      // Even one without content is walked: its delimiter has to be there.
      return {
        min: extent.delimiter.length,
        max: extent.delimiter.length + Math.max(1, extent.max ?? Infinity),
      };
    case 'size':
    case 'count':
      return extentBounds(extent);
  }
}

/** The bounds of what the extent's expression gives: bytes, or elements for a count. */
export function extentBounds(extent: ExtentModel & { kind: 'size' | 'count' }): SizeRange {
  const { type } = extent.value;
  if (type.kind !== 'int') return { min: 0, max: 0 };
  const min = Math.max(0, Number(type.low));
  return { min, max: Math.min(Number(type.high), extent.max ?? Infinity) };
}

/** The bytes that the characters of a text take, without what stands before or after it. */
export function textContent(type: FieldType): SizeRange {
  const { min, max } = typeSize(type);
  const extent = 'extent' in type ? type.extent : null;
  if (extent?.kind === 'varying') return { min: 0, max: mostAnnounced(extent, false) };
  const around =
    extent?.kind === 'prefix' ? extent.int.bits / 8 : extent?.kind === 'until' ? extent.delimiter.length : 0;
  return { min: min - around, max: max - around };
}

/** The size if it is always the same, else null. */
export function fixedSize(size: SizeRange): number | null {
  return size.min === size.max ? size.min : null;
}

/** Whether a value takes all of its window: nothing else says where it ends. */
export function takesRest(type: FieldType): boolean {
  return type.kind === 'extern' ? type.rest : 'extent' in type && type.extent.kind === 'rest';
}
