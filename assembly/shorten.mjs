/**
 * Constants in fewer bytes. The compiler writes `f64.const 2` in nine bytes; `i32.const 2, f64.convert_i32_s` is three and
 * the same number, and engines' optimizing compilers fold it back. Vectors of one repeated number go the same way:
 *
 *   f64.const 2               9 -> 3    f64.convert_i32_s (i32.const 2)
 *   f64.const .5              9 -> 6    f64.promote_f32 (f32.const .5), where f32 has the very same number
 *   f32.const 1               5 -> 3    f32.convert_i32_s (i32.const 1)
 *   v128.const, lanes alike  18 -> 4..7 splat
 *
 * A fifteenth of the bytes goes, at the same speed. Before that, what is called from one place only becomes part of it,
 * which the compiler does with short functions alone: another hundredth.
 */
import binaryen from 'assemblyscript/binaryen';

const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, SignExt, SIMD128 } = binaryen.Features;
const features = BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | SignExt | SIMD128;

/** Signed LEB128 takes a byte up to 63 and two up to 8191; -0 is no integer. */
const isInteger = (value, most) =>
  Number.isInteger(value) && Math.abs(value) <= most && !Object.is(value, -0);

/** NaN for what is no plain decimal number: that one stays as it is. */
const parse = (text) => (/^-?\d[^x]*$/.test(text) ? Number(text) : Number.NaN);

function single(text, value) {
  return isInteger(value, 63) ? `(f32.convert_i32_s (i32.const ${value}))` : `(f32.const ${text})`;
}

function double(text, value) {
  if (isInteger(value, 8191)) return `(f64.convert_i32_s (i32.const ${value}))`;
  return Math.fround(value) === value ? `(f64.promote_f32 (f32.const ${text}))` : `(f64.const ${text})`;
}

function vector(text, words) {
  const bits = Uint32Array.from(words, Number);
  const floats = new Float32Array(bits.buffer);
  const doubles = new Float64Array(bits.buffer);
  if (bits.every((word) => word === 0)) return '(i32x4.splat (i32.const 0))';
  if (bits.every((word) => word === bits[0]) && Number.isFinite(floats[0])) {
    return `(f32x4.splat ${single(String(floats[0]), floats[0])})`;
  }
  const isPair = bits[0] === bits[2] && bits[1] === bits[3] && Number.isFinite(doubles[0]);
  return isPair ? `(f64x2.splat ${double(String(doubles[0]), doubles[0])})` : text;
}

/** Globals and data want constants, so only instructions are rewritten. */
function shortenLine(line) {
  if (/^\s*\((global|data|memory)\b/.test(line)) return line;
  return line
    .replace(/\(f64\.const ([^)]+)\)/g, (_, text) => double(text, parse(text)))
    .replace(/\(f32\.const ([^)]+)\)/g, (_, text) => single(text, parse(text)))
    .replace(/\(v128\.const i32x4 ([^)]+)\)/g, (text, words) => vector(text, words.split(' ')));
}

/** Of the paths that every step takes the compiler's own choice is 3 to 8 % faster, so those stay as they are. */
function inlineOnce(module) {
  for (const pattern of ['ensemble/*', 'distribution/*']) {
    binaryen.setPassArgument('no-inline', pattern);
    module.runPasses(['no-inline']);
  }
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  binaryen.setAlwaysInlineMaxSize(2);
  binaryen.setFlexibleInlineMaxSize(0);
  binaryen.setOneCallerInlineMaxSize(100_000);
  module.runPasses(['inlining-optimizing', 'remove-unused-module-elements']);
}

/** The same module, whose functions still have their names, in fewer bytes and without names. */
export function shorten(binary) {
  const long = binaryen.readBinary(binary);
  long.setFeatures(features);
  inlineOnce(long);
  const short = binaryen.parseText(long.emitText().split('\n').map(shortenLine).join('\n'));
  short.setFeatures(features);
  if (!short.validate()) throw new Error('assembly: the shortened module is not valid');
  binaryen.setDebugInfo(false);
  const bytes = short.emitBinary();
  long.dispose();
  short.dispose();
  return bytes;
}
