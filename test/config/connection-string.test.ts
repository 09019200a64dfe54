import { describe, expect, it } from 'vitest'
import { type ConnectionSettings, parseConnectionString, type sslModes } from '../../src/config/connection-string.ts'

const settings: Partial<ConnectionSettings> = {
  host: 'db.test',
  port: 5432,
  database: 'billing',
  user: 'worker',
  password: 'pass',
  sslMode: 'prefer',
}
const npgsql = 'Host=db.test;Database=billing;Username=worker;Password=pass'
const url = 'postgres://worker:pass@db.test/billing'

describe('a connection string', () => {
  const forms: Record<string, readonly [text: string, different: Partial<ConnectionSettings>]> = {
    'the usual keywords': [npgsql, {}],
    'a semicolon at the end': [`${npgsql};`, {}],
    'empty places between semicolons': [`;${npgsql.replace(';', ' ; ;')} ;; `, {}],
    'all keywords': [
      `${npgsql};Port=6432;SSL Mode=VerifyFull;Root Certificate=/etc/ca.pem;Application Name=billing sync`,
      { port: 6432, sslMode: 'verifyfull', rootCertificate: '/etc/ca.pem', applicationName: 'billing sync' },
    ],
    'any case and spacing': [
      'HOST = db.test ; dataBase= billing ;USER name =worker; password =pass;sslmode=require',
      { sslMode: 'require' },
    ],
    'lines of their own': [npgsql.replaceAll(';', ';\n  '), {}],
    'other names: Server, DB, User Id, Pwd': ['Server=db.test;DB=billing;User Id=worker;Pwd=pass', {}],
    'other names: UID, PSW': ['Server=db.test;Database=billing;UID=worker;PSW=pass', {}],
    'no password': ['Host=db.test;Database=billing;Username=worker', { password: undefined }],
    'an empty password': ['Host=db.test;Database=billing;Username=worker;Password=', { password: undefined }],
    'an empty port and mode': [`${npgsql};Port=;SSL Mode=;`, {}],
    'the last of two values': [`Host=other;${npgsql}`, {}],
    'a semicolon in double quotes': [npgsql.replace('pass', '"a;b=c"'), { password: 'a;b=c' }],
    'a semicolon in single quotes': [npgsql.replace('pass', "'a;b=c'"), { password: 'a;b=c' }],
    'doubled quotes in quotes': [npgsql.replace('pass', '"a""b"'), { password: 'a"b' }],
    'doubled apostrophes': [npgsql.replace('pass', "'a''b'"), { password: "a'b" }],
    'quotes of the other kind': [npgsql.replace('pass', `"it's"`), { password: "it's" }],
    'spaces that are kept by quotes': [npgsql.replace('pass', '" a "'), { password: ' a ' }],
    'an equals sign in the value': [npgsql.replace('pass', 'a==b='), { password: 'a==b=' }],
    'characters of a URL in the value': [npgsql.replace('pass', 'p@s:/#%41?'), { password: 'p@s:/#%41?' }],
    'a socket': [npgsql.replace('db.test', '/var/run/postgresql'), { host: '/var/run/postgresql' }],
    'a port with the host': [npgsql.replace('db.test', 'db.test:5433'), { port: 5433 }],
    'a port with the host, which says more than Port': [
      `${npgsql.replace('db.test', 'db.test:5433')};Port=5432`,
      { port: 5433 },
    ],
    'an address of IPv6': [npgsql.replace('db.test', 'fe80::1'), { host: 'fe80::1' }],
    'an address of IPv6 in brackets': [npgsql.replace('db.test', '[::1]'), { host: '::1' }],
    'an address of IPv6 and a port': [npgsql.replace('db.test', '[::1]:5433'), { host: '::1', port: 5433 }],
    'a name of other letters': [npgsql.replace('db.test', 'bücher.test'), { host: 'bücher.test' }],
    'a port with the host of a URL’s parameter': [
      'postgres:///billing?host=db.test:5433&user=worker&password=pass',
      { port: 5433 },
    ],
    'a search path': [
      `${npgsql};Search Path="billing, ""My Schema"", public"`,
      { searchPath: 'billing, "My Schema", public' },
    ],
    'a search path of a URL': [`${url}?search_path=billing`, { searchPath: 'billing' }],
    'words that ask for nothing': [
      `${npgsql};Channel Binding=Prefer;Check Certificate Revocation=false;Target Session Attributes=primary;Passfile=/p`,
      {},
    ],
    'settings of the pool and of .NET': [
      `${npgsql};Pooling=true;Maximum Pool Size=20;Command Timeout=30;Include Error Detail=true;Tcp Keepalive Time=5;Load Table Composites=false;Trust Server Certificate=true`,
      {},
    ],
    'a URL': [url, {}],
    'a URL with the longer scheme, in capitals': [url.replace('postgres', 'POSTGRESQL'), {}],
    'a URL with everything': [
      `${url.replace('db.test', 'db.test:6432')}?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&application_name=billing+sync&connect_timeout=5`,
      { port: 6432, sslMode: 'verifyfull', rootCertificate: '/etc/ca.pem', applicationName: 'billing sync' },
    ],
    'a URL with encoded characters': [
      'postgres://work%40er:p%3As%2Fs%23%25%20%C3%A9@db.test/bill%2Fing',
      { user: 'work@er', password: 'p:s/s#% é', database: 'bill/ing' },
    ],
    'a URL with a plus in the password': ['postgres://worker:a+b@db.test/billing', { password: 'a+b' }],
    'a URL with IPv6': [url.replace('db.test', '[::1]:6432'), { host: '::1', port: 6432 }],
    'a URL with a socket': [
      'postgres:///billing?host=/var/run/postgresql&user=worker&password=pass',
      { host: '/var/run/postgresql' },
    ],
    'a URL without a password': ['postgres://worker@db.test/billing', { password: undefined }],
    'a URL with space around it': [` ${url}\n`, {}],
  }
  it.each(Object.entries(forms))('may have %s', (_, [text, different]) => {
    expect(parseConnectionString(text)).toEqual({ ...settings, ...different })
  })

  const modes: Record<(typeof sslModes)[number], readonly string[]> = {
    disable: ['Disable', 'disable', 'DISABLE'],
    allow: ['Allow'],
    prefer: ['Prefer', ' prefer '],
    require: ['Require', 'require'],
    verifyca: ['VerifyCA', 'verify-ca', 'Verify CA'],
    verifyfull: ['VerifyFull', 'verify-full', 'verifyfull'],
  }
  it.each(Object.entries(modes))('may ask for the SSL mode %s in both spellings', (sslMode, spellings) => {
    for (const spelling of spellings) {
      expect(parseConnectionString(`${npgsql};SSL Mode=${spelling}`)).toEqual({ ...settings, sslMode })
      expect(parseConnectionString(`${url}?sslmode=${spelling.trim()}`)).toEqual({ ...settings, sslMode })
    }
  })
})

describe('a broken connection string', () => {
  const canary = 'canary5Fh2'
  const secret = npgsql.replace('pass', canary)
  const none = 'is neither "Host=…;Database=…;Username=…;Password=…" nor a postgres:// URL'
  const unknown =
    'has a keyword this worker does not know. Known: Host, Port, Database, Username, Password, SSL Mode, Root Certificate, Application Name, Search Path. A value with a semicolon must stand in quotes'
  const brokenUrl =
    'starts like a postgres:// URL but is none; characters such as @ : / # % in the password must be percent-encoded'
  const port = 'has a Port that is no whole number from 1 to 65535'
  const mode = 'has an SSL Mode that is none of Disable, Allow, Prefer, Require, VerifyCA, VerifyFull'
  const several =
    'names several hosts. This worker connects to one: name the server that takes writes, or a DNS name or a proxy that leads to it'
  const sqlServers = 'has a Host in the form of SQL Server. Write Host=…;Port=…'
  const noHost = 'has a Host that is no name, address or directory of a socket, with or without :PORT'
  const searchPath = 'has a Search Path that is no list of schemas, such as billing,public'
  const options =
    'has Options, which the worker does not send, because poolers refuse them. Use Search Path, or ALTER ROLE … SET'
  const passfile = 'names a Passfile, which the worker does not read. Give the Password'
  const cases: Record<string, readonly [text: string, sentence: string]> = {
    'no text': [' ', 'names no Host'],
    'no host': [secret.replace('Host', 'Pooling'), 'names no Host'],
    'an empty host': [secret.replace('db.test', ''), 'names no Host'],
    'no database': [secret.replace('Database=billing', ''), 'names no Database'],
    'no user': [secret.replace('Username=worker', ''), 'names no Username'],
    'only a password': [canary, none],
    words: [`the password is ${canary}`, none],
    'a piece without a value': [`Host=db.test;${canary};Database=billing`, none],
    'a piece without a value at the end': [`${secret};${canary}`, none],
    'a semicolon in the password': [`${secret};${canary}=1`, unknown],
    'an unknown keyword': [`${secret};Protocol=3`, unknown],
    'a certificate of the client': [`${secret};SSL Certificate=/c.pem`, unknown],
    'a port of 0': [`${secret};Port=0`, port],
    'a port too high': [`${secret};Port=65536`, port],
    'a port that is none': [`${secret};Port=${canary}`, port],
    'half a port': [`${secret};Port=1.5`, port],
    'a mode that is none': [`${secret};SSL Mode=${canary}`, mode],
    'several hosts': [secret.replace('db.test', 'a.test,b.test'), several],
    'several hosts with ports': [secret.replace('db.test', 'a.test:1,b.test:2'), several],
    'several hosts in a URL': [`postgres://worker:${canary}@a.test:1,b.test:2/billing`, several],
    'several hosts in a URL, a comma in its password': [`postgres://worker:a,${canary}@a.test,b.test/billing`, several],
    'a host and a port of SQL Server': [secret.replace('db.test', 'tcp:db.test,5433'), sqlServers],
    'a port of SQL Server': [secret.replace('db.test', 'db.test,5433'), sqlServers],
    'an instance of SQL Server': [secret.replace('db.test', 'db\\instance'), noHost],
    'a URL as host': [secret.replace('db.test', 'postgres://db.test'), noHost],
    'a host with a space': [secret.replace('db.test', 'db test'), noHost],
    'a port that is none, with the host': [secret.replace('db.test', 'db.test:x'), noHost],
    'a port too high, with the host': [secret.replace('db.test', 'db.test:65536'), port],
    'brackets without an address': [secret.replace('db.test', '[db.test]:5433'), noHost],
    'an abstract socket': [secret.replace('db.test', '@socket'), noHost],
    'a search path that is no list': [`${secret};Search Path=a;;b`.replace('a;;b', '"a b"'), searchPath],
    'a search path with an empty place': [`${secret};Search Path=a,,b`, searchPath],
    'a statement as search path': [`${secret};Search Path="a'; drop table x"`, searchPath],
    options: [`${secret};Options=-c search_path=billing`, options],
    'options of a URL': [`postgres://worker:${canary}@db.test/billing?options=-csearch_path%3Dbilling`, options],
    'a file of passwords in place of one': ['Host=db.test;Database=billing;Username=worker;Passfile=/p', passfile],
    'channel binding': [
      `${secret};Channel Binding=Require`,
      'asks for Channel Binding, which the worker does not do. Use SSL Mode=VerifyFull',
    ],
    'revoked certificates': [
      `${secret};Check Certificate Revocation=true`,
      'asks for Check Certificate Revocation, which the worker does not do. Leave it out',
    ],
    'encryption by Kerberos': [
      `${secret};GSS Encryption Mode=Require`,
      'asks for GSS encryption, which the worker does not do. Use SSL Mode',
    ],
    'a server that takes no writes': [
      `${secret};Target Session Attributes=standby`,
      'asks for a server that takes no writes. The worker writes',
    ],
    'a URL of another kind': [`mysql://worker:${canary}@db.test/billing`, none],
    'a URL of JDBC': [`jdbc:postgresql://db.test/billing?user=worker&password=${canary}`, unknown],
    'an @ and a / in the password of a URL': [`postgres://worker:${canary}@/x@db.test/billing`, brokenUrl],
    'a # in the password of a URL': [`postgres://worker:${canary}#x@db.test/billing`, brokenUrl],
    'a % in the password of a URL': [`postgres://worker:${canary}%zz@db.test/billing`, brokenUrl],
    'bytes that are no UTF-8 in a URL': [`postgres://worker:${canary}%ff@db.test/billing`, brokenUrl],
    'a URL without a database': [`postgres://worker:${canary}@db.test`, 'names no Database'],
    'a URL without a user': ['postgres://db.test/billing', 'names no Username'],
    'a URL with an unknown parameter': [`postgres://worker:${canary}@db.test/billing?schema=${canary}`, unknown],
    'a URL with a mode that is none': [`postgres://worker:${canary}@db.test/billing?sslmode=no-verify`, mode],
  }
  it.each(Object.entries(cases))('is refused in words that hold nothing of it: %s', (_, [text, sentence]) => {
    let message = 'accepted'
    try {
      parseConnectionString(text)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toBe(sentence)
    expect(message).not.toContain(canary)
  })
})
