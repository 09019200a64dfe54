import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaults, fromFile, schemaFields } from './settings.ts'

describe('appsettings.example.json', () => {
  const example = JSON.parse(readFileSync('appsettings.example.json', 'utf8')) as Record<
    string,
    Record<string, unknown>
  >

  it('has exactly the fields of the schema, in its order', () => {
    const fields = Object.entries(example).flatMap(([section, content]) =>
      Object.keys(content).map((name) => `${section}.${name}`),
    )
    expect(fields).toEqual(schemaFields.map(({ field }) => field))
  })

  it('parses, and changes nothing but what must be filled in', () => {
    const { Worker, Log, database } = fromFile(example)
    expect({ Worker, Log }).toEqual({ Worker: defaults.Worker, Log: defaults.Log })
    expect(database).toEqual({
      host: 'localhost',
      port: 5432,
      database: 'billing',
      user: 'billing',
      password: 'replace_me',
      sslMode: 'prefer',
    })
  })

  it('holds no secret', () => {
    for (const { field, section, name, secret } of schemaFields)
      if (secret && !/^Queue\.(Events)?Url$/.test(field)) expect(example[section]?.[name]).toContain('replace_me')
    // The address of a queue of SQS has no password.
    for (const url of [example.Queue?.Url, example.Queue?.EventsUrl]) expect(url).toMatch(/^https:\/\/sqs\.[^@]+$/)
  })
})

it('every setting has a description, a sentence', () => {
  for (const { field, description } of schemaFields) expect(`${field}: ${description}`).toMatch(/: [A-Z].{15,}\.$/)
})
