/** The body is not the message it says it is. The text tells the sender what must be there. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** The body is a valid message of more than the limits allow. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}
