import { describe, expect, it } from 'vitest'
import { redactSecrets } from '../../src/log/redact.ts'
import { growth, linear } from '../support/timing.ts'

describe('redactSecrets', () => {
  const texts: Record<string, readonly [text: string, redacted: string]> = {
    'a live secret key': ['key sk_live_canary5Fh2 refused', 'key [secret] refused'],
    'a test secret key': ['sk_test_canary5Fh2', '[secret]'],
    'a restricted key': ["'rk_test_canary5Fh2'", "'[secret]'"],
    'a live restricted key': ['(rk_live_canary5Fh2)', '([secret])'],
    'a publishable key': ['pk_live_canary5Fh2', '[secret]'],
    'a key of an older form': ['sk_canary5Fh2', '[secret]'],
    'a webhook secret': ['whsec_canary5Fh2', '[secret]'],
    'an OAuth code': ['code=ac_canary5Fh2', 'code=[secret]'],
    'a key behind a letter, as after an escape': ['\\nsk_live_canary5Fh2', '\\n[secret]'],
    'a key behind an underscore': ['stripe_sk_live_canary5Fh2', 'stripe_[secret]'],
    'two keys': ['sk_live_canary5Fh2,rk_live_canary5Fh2', '[secret],[secret]'],
    'a bearer token': ['Authorization: Bearer canary-5Fh2.x/y+z=', 'Authorization: [secret]'],
    'a bearer token in small letters': ['authorization: bearer canary5Fh2"', 'authorization: [secret]"'],
    'a JWT': ['t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.canary-5_h2;', 't=[secret];'],
    'a password in a URL': [
      'postgres://worker:canary5Fh2@db.test/billing',
      'postgres://worker:[secret]@db.test/billing',
    ],
    'a password with a slash in a URL': ['postgres://worker:ca/nary#5@db.test', 'postgres://worker:[secret]@db.test'],
    'a password of Npgsql': ['Host=db;Password=canary5Fh2;Port=1', 'Host=db;Password=[secret];Port=1'],
    'a password with spaces': ['Password=my canary 5;Port=1', 'Password=[secret];Port=1'],
    'a password in double quotes': ['Password="a;""canary";Port=1', 'Password=[secret];Port=1'],
    'a password in single quotes': ["Pwd = 'a;canary';Port=1", 'Pwd =[secret];Port=1'],
    'a password that begins with a quote': ['PSW="canary;Port=1', 'PSW=[secret];Port=1'],
    'a password in the middle of JSON': [
      '{"cs":"Host=db;Password=canary","n":1}',
      '{"cs":"Host=db;Password=[secret]","n":1}',
    ],
    'a password in words': ['password: canary5Fh2, next', 'password: [secret], next'],
  }
  it.each(Object.entries(texts))('takes out %s', (_, [text, redacted]) => {
    expect(redactSecrets(text)).toBe(redacted)
  })

  it.each([
    'job 7d1f6f0e-8d3b-4f0e-9f43-6d3f6b1f0a01 of acct_1Nv0FGQ9RKHgCVdK',
    'customer cus_NffrFeUfNV2Hib, invoice in_1MtHbELkdIwHu7ix',
    'a task_assessment_of_risk, desk_lamps and frisk_searches',
    'https://api.stripe.com:443/v1/customers?limit=100',
    'mail to me@example.com at 12:30',
    'the password is wrong; Bearer',
  ])('leaves what is no secret: %s', (text) => {
    expect(redactSecrets(text)).toBe(text)
  })

  it.each([
    'a',
    'eyJ-',
    'eyJ.',
    'sk_',
    'sk_live_',
    'Bearer ',
    '://a:',
    '://u:p',
    'password=',
    'password="',
    'pwd= ',
    ' ',
    '"',
  ])('takes as long as a text is: a megabyte of %j', (piece) => {
    expect(growth((length) => piece.repeat(length / piece.length), redactSecrets)).toBeLessThan(linear)
  })
})
