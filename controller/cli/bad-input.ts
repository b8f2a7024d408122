/** Thrown for what the user can mend; printed without a stack, exit code 2. The message says where and what must be. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}
