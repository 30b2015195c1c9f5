import type { Block, ExtentModel, FieldType, MemberModel, SizeRange } from './model.js';

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
      return typeSize(member.type);
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
      return fixed(type.int.bits / 8);
    case 'bytes':
    case 'text':
      return extentSize(type.extent);
    case 'struct':
      return type.struct.size;
    case 'list': {
      if (type.extent.kind !== 'count') return extentSize(type.extent);
      const element = typeSize(type.element);
      const count = extentBounds(type.extent);
      return {
        min: element.min * count.min,
        max: element.max === 0 ? 0 : element.max * Math.min(count.max, type.maxCount),
      };
    }
    case 'map':
      return extentSize(type.extent);
  }
}

function extentSize(extent: ExtentModel): SizeRange {
  switch (extent.kind) {
    case 'prefix': {
      const width = extent.int.bits / 8;
      const most = 2 ** (extent.int.signed ? extent.int.bits - 1 : extent.int.bits) - 1;
      return { min: width, max: width + Math.min(most, extent.max ?? Infinity) };
    }
    case 'rest':
      return { min: 0, max: extent.max ?? Infinity };
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

/** The size if it is always the same, else null. */
export function fixedSize(size: SizeRange): number | null {
  return size.min === size.max ? size.min : null;
}
