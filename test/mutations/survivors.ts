/*
 * Which files were run is in test/mutations/files.ts. They were run on 2026-11-29 and 2026-11-30, most of them against the
 * tests that are about the file alone: test/queue, test/brokers, test/db, test/job, test/sync. The likeliest test was run first,
 * and only what it left met others. src/job/{read,drain,run,absence}.ts met integration tests.
 *
 * Open: a quarantine that isolates from the beginning (`isolate: false`) has to meet the integration tests.
 */

/** Mutations that no test notices, by name, each with the reason why that is right. */
export const survivors: Readonly<Record<string, string>> = {
  'src/job/state/tally.ts | if (monthsOfDays.size > 50_000) monthsOfDays.clear() | > → >=':
    'The size of a memory of computed months: it is emptied a day earlier, and each month is computed again.',
  "src/db/upsert.ts | if (!counts) throw new Error('upsert: no counts came back') | throw → void":
    'A statement that counts has one row. The check is for the compiler.',
  "src/db/upsert-live.ts | if (!counts) throw new Error('upsert: no counts came back') | throw → void": 'As above.',
  'src/job/commit/write.ts | for (let at = 0; at < observed.length; at += rowsPerStatement) { | < → <=':
    'A part without rows makes no statement.',
  'src/job/commit/write.ts | if (rejects.length > 0) await storeRejects(tx, { ...account, jobId }, rejects) | > → >=':
    'No rejects make no statement.',
  'src/db/newest-per-key.ts | return before < after ? -1 : before > after ? 1 : 0 | > → >=':
    'V8 asks only whether a row comes before another, so that rows of one key stay in their order all the same.',
  'src/job/commit/row-groups.ts | return [...groups.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group) | < → <=':
    'The keys of a map differ.',
  'src/job/commit/write.ts | keys.size > 0 && parents.has(row.resource) && keys.has(key(row.resource, parentOf(row), row.observedAt)), | > → >=':
    'A shortcut: an empty set has no key.',
  "src/job/commit/transaction.ts | if (error instanceof SyncError && error.verdict !== 'fenced') throw error | throw → void":
    'The next block throws the same error: nothing was written before it that could be in the database.',
  'src/job/commit/transaction.ts | throw error | throw → void':
    'A fenced commit is no error of the connection, so that it is thrown where the wait for another try would begin.',
  'src/job/commit/transaction.ts | const [row] = await (moves.length > 0 ? tx.with(...moves) : tx) | > → >=':
    'A statement with no parts before it is the same statement.',
  'src/job/drain.ts | state.noted ??= job.deliveries > 1 ? await openNoted(absence, signal) : new Set() | > → >=':
    'A first delivery asks the database for notes as well: a statement more.',
  'src/job/drain.ts | if (!reading.finishing.aborted || error instanceof SyncError) throw error | || → &&':
    'An error of the database while time runs out. Thrown or not, the job pauses: read.ts takes it for the end of time.',
  'src/queue/postgres.ts | await pool.end() | await → void':
    'The error of a start is thrown while the connections end by themselves.',
  'src/queue/postgres.ts | await wake.close() | await → void': 'Its connection ends beside those of the pool.',
  "src/queue/postgres/address.ts | const rest = parameters.size > 0 ? `?${parameters}` : '' | > → >=":
    'An address with a question mark at its end is the same address.',
  "src/queue/postgres/wake.ts | signal.addEventListener('abort', end, { once: true }) | true → false":
    'The listener is removed at the end of each wait.',
  "src/queue/postgres/migrate.ts | await client.query('begin') | await → void":
    'A connection runs its statements in their order. Only a failure to begin would be lost.',
  'src/queue/postgres/migrate.ts | await client.end() | await → void':
    'The connection ends by itself, and the process waits for it.',
  'src/queue/redact.ts | if (budget <= 0) return | <= → <': 'One value more at the end of a copy, where it is cut off.',
  "src/queue/redis-streams/connection.ts | if (waited >= ms || signal?.aborted || redis.status === 'end') | >= → >":
    'It waits 50 ms longer.',
  'src/queue/service-bus/address.ts | return name === undefined || value === undefined ? [] : [[name, value] as const] | || → &&':
    'A field has both or neither.',
  'src/queue/service-bus/letters.ts | const main = client.createReceiver(queue, { skipParsingBodyAsJson: true }) | true → false':
    'The depth looks at no body.',
  'src/queue/service-bus.ts | if (delaySeconds <= 0) return abandon(message) | <= → <':
    'A copy without a delay comes as soon, with the same count of receives.',
  'src/queue/redis-streams.ts | await addAgain(message, 0, { ...message, receiveCount: message.receiveCount - 1 }) | await → void':
    'A connection makes its calls in their order, also that of the end. Only a failure would be lost.',
  "src/queue/postgres/migrate.ts | await client.query(`select pg_advisory_xact_lock(hashtext('billing-sync-worker queue'))`) | await → void":
    'As above: the next statement waits for the lock on the same connection.',
  'src/job/absence.ts | if (added > 0) noted.add(source.name) | > → >=':
    'A resource that counts as noted, without a note, costs statements that find none.',
  'src/job/absence.ts | if ((await withRetry(work, { policy: whileWorking, clock, signal })) > 0) noted.add(source.name) | > → >=':
    'As above.',
  'src/job/absence.ts | if (atMost <= 0) return null | <= → <': 'A shortcut: none of the rows may be asked for.',
  'src/job/absence.ts | await db.within((tx) => forget(tx, notesOf(source, absence), idsListed(source, pages))) | await → void':
    'A job has one connection, on which its next statement waits for this one. Only a failure would be lost.',
  'src/job/claim.ts | if (tries > 0 || !(await freeAccount(db, rival))) | || → &&':
    'The claim is tried once more, and ends the same.',
  'src/job/claim.ts | const endedBefore = sql`(${old.finishedAt} is not null and ${old.finishedAt} < coalesce(${sentAt?.toISOString() ?? null}::timestamptz, now()))` | < → <=':
    'A message that was sent in the microsecond in which its job ended may be from before or after.',
  "src/job/claim.ts | and (${old.status} in ('pending', 'paused', 'retrying') or (${old.status} = 'running' and ${old.leaseUntil} < now()) or ${repeated} or ${taken})`, | < → <=":
    'A lease ends a microsecond earlier.',
  'src/job/account-lease.ts | select * from ${syncJobs} where ${syncJobs.tenantId} = owner.tenant_id and ${isHeldBy(lease)} offset 0 for update | and → or':
    'More rows of the tenant are locked. The update has the same condition once more.',
  'src/queue/deliver.ts | await stopHeartbeat() | await → void | 2':
    'Where nothing is thrown the last heartbeat was awaited before. A delivery that crashed gives nothing back.',
  "src/queue/sqs-poll.ts | signal.addEventListener('abort', stop, { once: true }) | true → false":
    'A signal is aborted once.',
  'src/job/commit/rejects.ts | .toSorted((left, right) => (left.itemKey < right.itemKey ? -1 : 1)) | < → <=':
    'Only rejects of different resources have equal keys. Their order is no order of locks that another writer may have.',
  'src/job/commit/quarantine.ts | return [storable, untried, ...pending].filter(({ length }) => length > 0) | > → >=':
    'A group without rows writes nothing. It costs a savepoint.',
  "src/job/commit/notify.ts | then pg_notify('sync_jobs', case when octet_length(${syncJobs.progress}::text) < 7000 | < → <=":
    'The limit of a notification is 8,000 bytes. One byte more of progress fits as well.',
  'src/job/commit/countable-lists.ts | if (!tally || tally.until < 0) return [] | < → <=':
    'Only a list that was read in the first second of 1970 has this time.',
  'src/job/plan.ts | return feedNow !== null && account.changes ? (tooOld(second, account.changes, feedNow) ?? second) : second | && → ||':
    'The same in every state there is: an account without a feed has no answer of a feed, and before the first answer the age of a cursor is negative.',
  "src/queue/rabbitmq/queues.ts | if (error instanceof Error && 'code' in error && error.code === notFound) return false | && → ||":
    'A server that refuses the look at a queue refuses its declaration as well.',
  "src/queue/rabbitmq/queues.ts | if (error instanceof Error && 'code' in error && error.code === notFound) return false | && → || | 2":
    'As above.',
  'src/queue/rabbitmq/queues.ts | throw error | throw → void': 'As above.',
  'src/queue/rabbitmq/session.ts | for (let calls = 0; calls < 20; calls++) { | < → <=':
    'One call more while it waits.',
  'src/queue/rabbitmq/session.ts | if (acknowledged > handedOnAtOnce) await setTimeout(50) | > → >=':
    'At 32 acknowledgements it waits for a second that it does not need.',
  "src/queue/rabbitmq/session.ts | return connect(server, { timeout: connectMs, noDelay: true, clientProperties: { connection_name: 'billing-sync' } }) | true → false":
    'Small messages wait longer for each other. Only a measurement would tell.',
  'src/queue/rabbitmq/session.ts | await channel.prefetch(most) | await → void':
    'A channel makes its calls in their order, and the consumer is the next.',
  'src/queue/service-bus.ts | return most > 1 && first.length > 0 ? [...first, ...(await take(most - 1, moreMs))] : first | > → >= | 2':
    'A receive that found no message waits 50 ms longer.',
  'src/queue/service-bus.ts | await Promise.race([abandoned, setTimeout(longestAbandonMs, undefined, { ref: false })]) | false → true':
    'The container ends its process by itself. Another process lives for four seconds longer.',
  'src/queue/service-bus.ts | await secondClient.close().catch(() => {}) | await → void':
    'The client of the dead letters ends beside the answer.',
  'src/queue/service-bus.ts | lockedUntilUtc !== undefined && lockedUntilUtc.getTime() > Date.now() | > → >=':
    'A lock ends a millisecond later.',
  'src/queue/service-bus/letters.ts | sent += await sendBack(receiver, send, Math.min(most - sent, letters.length - redacted.length)) | - → + | 2':
    'It waits a second for letters that are not there.',
  'src/queue/service-bus/letters.ts | while (messages.length < mostSeen) { | < → <=':
    'A look at 1,000 messages sees a hundred more.',
  'src/db/parameters.ts | if (bytes > bytesAtMost) { | > → >=': 'A statement has a byte less at most.',
  'src/db/parameters.ts | return { records: withoutUnstorable(JSON.stringify(records)), bytes: Buffer.concat(all, from - 1) } | - → +':
    'Two bytes more behind the items, which no row names.',
  'src/db/overwrite.ts | return sql`${row}.observed_at <= now()` | <= → <':
    'A row that is observed in the microsecond of the write may be from before or after.',
  'src/db/migrate.ts | await client.query(selectSettings({ lock_timeout: String(patienceMs) })) | await → void':
    'A connection runs its statements in their order. Only a failure would be lost.',
  'src/db/migrate.ts | await client.query(`begin read only; ${selectSettings(searchPathOf(settings))}`) | await → void':
    'As above.',
  'src/db/migrate.ts | return end < 0 ? missing : missing.slice(0, end) | < → <=':
    'A first migration outside a transaction is a round of its own, so that the others never begin with one.',
  'src/queue/service-bus/letters.ts | await receiver.completeMessage(letter) | await → void':
    'Its client is closed behind it, and waits for the answer. Only a failure would be lost.',
  'src/queue/rabbitmq/session.ts | await channel.close().catch(() => {}) | await → void':
    'A connection makes its calls in their order, and its end is the next.',
  'src/db/migrate.ts | await client.query(begin) | await → void': 'As above.',
  "src/db/migrate.ts | await client.query('rollback') | await → void | 2": 'As above.',
  'src/db/tenant.ts | await client.query(begin) | await → void': 'As above.',
  'src/db/guarded.ts | await tx.execute(sql`release savepoint guarded`) | await → void': 'As above.',
  'src/db/guarded.ts | await tx.execute(sql`release savepoint guarded`) | await → void | 2': 'As above.',
  'src/db/unsettled.ts | const isDue = dueAt === undefined ? sql`` : sql`and row.${columnOf(table, dueAt)} <= now()` | <= → <':
    'A row that is due in this microsecond may be from before or after.',
  'src/db/migrate.ts | if (Date.now() >= end) throw new Error(anotherMigrates) | >= → >':
    'A try more, after a tenth of a second, in the millisecond in which the time is over.',
  'src/db/readiness.ts | await (await closing?.catch(() => undefined))?.close() | await → void':
    'The connection ends beside the answer.',
  'src/queue/rabbitmq/session.ts | await channel.checkQueue(queue).catch(() => {}) | await → void':
    'A channel makes its calls in their order, and its close is the last of them.',
  'src/db/migrate.ts | await record(client, migration) | await → void':
    'A connection runs its statements in their order. Only a failure would be lost.',
  'src/db/migrate.ts | await client.query(`drop index concurrently ${pg.escapeIdentifier(name)}`) | await → void':
    'As above.',
  'src/db/migration-journal.ts | await client.query(`create table ${journal} ( | await → void': 'As above.',
  'src/db/migration-journal.ts | await client.query(`comment on table ${journal} is | await → void': 'As above.',
  "src/db/migration-journal.ts | await client.query(`comment on column ${journal}.tables_in is 'The schema of the tables.'`) | await → void":
    'As above.',
  "src/db/migration-journal.ts | await client.query(`comment on column ${journal}.applied_at is 'Null if the migration is older than this journal.'`) | await → void":
    'As above.',
  'src/db/migrate.ts | await client.end() | await → void':
    'The connection ends by itself, and the process waits for it.',
  'src/db/migration-journal.ts | await client.query( | await → void':
    'A connection runs its statements in their order. Only a failure would be lost.',
  'src/db/migration-journal.ts | await client.query( | await → void | 2': 'As above.',
  'src/sync/page-buffer.ts | if (ms <= 0) return | <= → <': 'It waits for no time.',
  'src/sync/page-buffer.ts | if (pages.length > 0) await gather(source) | > → >=':
    'Where no page is left none is in flight, and nothing is gathered.',
  'src/sync/slices.ts | if (density === null || slice.position === null) return 0 | || → &&':
    'Null counts as 0 in the product, which is none as well. The check is for the compiler.',
  "src/job/request-hash.ts | const given = entries.filter(([, text]) => text !== '').toSorted(([left], [right]) => (left < right ? -1 : 1)) | < → <=":
    'The keys of an object differ.',
  'src/sync/recovery.ts | const isSame = level !== null && share >= sameFrom * level.share && share <= slow.to * level.share | >= → >':
    'The edge of a range of fractions, which no share meets.',
  'src/sync/recovery.ts | const isSame = level !== null && share >= sameFrom * level.share && share <= slow.to * level.share | <= → <':
    'As above.',
  'src/sync/recovery.ts | if (left < needed) return { share: share + left * perSecond, wholeFor: 0 } | < → <=':
    'At the end of a stage both give its share, and no second of being whole.',
  'src/sync/source.ts | return pageSize < largestPage ? Math.min(usual, pageSize) : Math.ceil(usual * pageWeight(source)) | < → <=':
    'A usual page has 100 items at most, and both give so many.',
  'src/job/account.ts | where read.tenant_id = known.tenant_id and read.provider = known.provider and read.account = known.account and read.cursor <= now()), | <= → <':
    'A cursor of the microsecond of the claim may be from before or after.',
  "src/sync/backfill.ts | giveUp.addEventListener('abort', () => pump(engine), { once: true }) | true → false":
    'A signal is aborted once.',
  'src/job/cursor.ts | setWhere: sql`${stored} <= excluded.cursor or ${stored} > now() + make_interval(secs => ${clockTolerance / 1_000})`, | > → >=':
    'A cursor ahead by the tolerance to the microsecond may be from the future or not.',
  'src/sync/splitter.ts | if (!other || (choice && choice.work >= other.work)) continue | >= → >':
    'Of two lists with as much work left, either may be split.',
  'src/job/commit/countable-lists.ts | live: rows(before, (list, key) => sql`${liveRows(list, key)} and row.synced_at >= ${began}`), | >= → >':
    'A row that is written in the microsecond in which its job begins may be from before or after.',
  'src/job/commit/countable-lists.ts | deleted: rows(before, (list, key) => sql`${deletedRows(list, key)} and row.synced_at >= ${began}`), | >= → >':
    'As above.',
  'src/job/move-unknown.ts | await moveUnknownRejects(tx, account) | await → void':
    'A connection runs its statements in their order. Only a failure would be lost.',
  'src/job/move-unknown.ts | await decideAdoption(tx, account, true) | await → void': 'As above.',
  'src/job/move-unknown.ts | await tx.execute(sql` | await → void': 'As above.',
  'src/job/move-unknown.ts | const isAfter = ofKind ? sql`(${place}) > (${after.resource}, ${after.id})` : sql`${place} > ${after.id}` | > → >=':
    'The last row of a batch that stays is read in the next one as well, and stays.',
  'src/job/move-unknown.ts | const isAfter = ofKind ? sql`(${place}) > (${after.resource}, ${after.id})` : sql`${place} > ${after.id}` | > → >= | 2':
    'As above.',
  'src/job/move-unknown.ts | return rows[0] ?? { seen: 0, last: null, other: false, silent: false } | false → true':
    'A statement that counts has one row. The rest is for the compiler.',
  'src/job/move-unknown.ts | return rows[0] ?? { seen: 0, last: null, other: false, silent: false } | false → true | 2':
    'As above.',
  'src/job/list-splits.ts | parts <= windows | <= → <': 'Of as many parts as windows both choose every split.',
  'src/sync/next-reader.ts | if (!reader || (best && best.left >= left)) continue | >= → >':
    'Of two lists with as much left, either may be asked first.',
  'src/sync/next-reader.ts | if (isRead && within > 1) return below + within | > → >=':
    'Of a second with one page both count that page.',
  'src/sync/limiter.ts | while (waitingCalls.length > 0 && room() <= 0) await changed() | > → >=':
    'A line without calls waits for the end of a request, before which no other may start.',
  'src/sync/limiter.ts | if (!first || clock.now() - first.enteredAt > longestPassedOverMs) return first | > → >=':
    'A call is passed over for a millisecond less.',
  'src/sync/limiter.ts | if (ms <= 0) return | <= → <':
    'After an error that demands no wait, no time is made up for that was lost before it.',
  'src/sync/points.ts | costOf(kind) > most() && inFlight.size > 0 ? Number.POSITIVE_INFINITY : msUntil(costOf(kind)) | > → >= | 2':
    'Without a request in flight no cost is above what a full bucket has.',
  "src/sync/points.ts | else signal.addEventListener('abort', stop, { once: true }) | true → false":
    'A signal is aborted once.',
  'src/job/open-reading.ts | if (earliest === null || answeredAt < earliest) earliest = answeredAt | < → <=':
    'Of two answers of one moment the date is the same.',
  "src/db/certificate.ts | const code = 'code' in error && typeof error.code === 'string' ? error.code : '' | && → ||":
    'A code that is no text is in no table.',
  'src/db/write-states.ts | await client.query(`begin; ${selectSettings(searchPath)}`) | await → void':
    'A connection runs its statements in their order. Only a failure would be lost.',
  'src/db/write-states.ts | await client.end() | await → void':
    'The connection ends by itself, and the process waits for it.',
  'src/db/synced-tables.ts | .toSorted(([left], [right]) => (left < right ? -1 : 1)), | < → <=':
    'The names of tables differ.',
  'src/sync/estimate/curve.ts | return Math.abs(ratio - 1) < 1e-3 ? (newer + older) / 2 : (newer - older) / Math.log(ratio) | < → <=':
    'Both formulas give the same where densities differ by a thousandth.',
  'src/sync/estimate/curve.ts | const share = Math.abs(ratio - 1) < 1e-3 ? 0.5 : Math.log((1 + ratio) / 2) / Math.log(ratio) | < → <=':
    'As above.',
  'src/sync/estimate/curve.ts | Math.abs(power - 1) < 1e-6 ? near * Math.log(stretch) : (near * (stretch ** (1 - power) - 1)) / (1 - power) | < → <=':
    'As above, where the power differs from 1 by a millionth.',
  'src/sync/estimate/curve.ts | const [sparse, dense] = newer.density < older.density ? [newer, older] : [older, newer] | < → <=':
    'Of two equal densities either may count as the sparse one.',
  'src/sync/estimate/nested.ts | if (counts.length >= all || counts.length < 3) return mean * all | >= → >':
    'If the sample has all parents, the largest count and the others are the sum as well.',
  'src/sync/estimate/probe-times.ts | return doubt < negligible * seen || nextSecond(gaps, { knots, pageSize: asking.pageSize(), left: 1 }) === null | < → <=':
    'A doubt of exactly 2 % may be worth a request or not.',
  'src/sync/estimate/probe-times.ts | const goesOn = unknownIn(gaps) <= left * pageSize * fullness | <= → <':
    'Items that fill the pages that are left exactly may be read on or searched for.',
  'src/sync/estimate/probe-windows.ts | const { from, to, probe: middle } = widest.doubt < 1 ? longest : widest | < → <=':
    'A doubt of exactly one item may count as none.',
  'src/sync/estimate/stored.ts | const items = rowsSince(stored, { came: null, now, seen: 0, isAlone: true }) | true → false':
    'Where no page was read nothing was counted on it, of one part or of several.',
  'src/db/unshown-rows.ts | for (let at = 0; at < ids.length; at += markedAtOnce) | < → <=':
    'A part without ids marks no row.',
  'src/db/unshown-rows.ts | if (found.length >= searchedAtOnce) await markFound() | >= → >':
    'The rows are searched for a portion later.',
  'src/db/unshown-rows.ts | if (answer.found.length > 0) yield answer.found | > → >=':
    'A portion in which nothing was found marks no row.',
  'src/db/unshown-rows.ts | const isUnwritten = sql`row.synced_at < ${began.toISOString()}::timestamptz | < → <=':
    'The statement that marks compares with < again.',
  'src/db/unshown-rows.ts | and row.id = any(array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))) and row.synced_at < ${began.toISOString()}::timestamptz`) | < → <=':
    'The search has found rows of earlier times alone. A row that another transaction writes in that very microsecond may count as one.',
}
