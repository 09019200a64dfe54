/** The shapes of secrets. Every repetition is bounded or has one place to start, so that a hostile text takes no longer. */
const shapes = [
  // Keys of Stripe: anywhere if they name their mode, else at the start of a word.
  /(?:(?:sk|rk|pk|rkcs)_(?:live|test)_|whsec_|(?<![A-Za-z0-9])(?:sk|rk|pk|rkcs|ac)_)[A-Za-z0-9_]{6,}/gi,
  /\bBearer\s{1,8}[^\s"']+/gi,
  // A JWT.
  /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  // The password in a URL.
  /(?<=:\/\/[^\s/:@]{0,64}:)(?:(?!:\/\/)[^\s@"'<>])+(?=@)/g,
  // The password of a connection string, in quotes or up to the next semicolon.
  /(?<=\b(?:password|pwd|psw)\s{0,8}=)\s{0,8}(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|(?:[^\s;"']|[ "'](?!\s{0,8}(?:[,}\]:;)]|$)))+)/gi,
  /(?<=\bpassword:\s{0,8})[^\s;,"'}]+/gi,
]

/** Replaces all that looks like a key, a bearer token, a JWT or a password. */
export function redactSecrets(text: string): string {
  return shapes.reduce((redacted, shape) => redacted.replace(shape, '[secret]'), text)
}
