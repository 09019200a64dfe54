// Who is told when an alarm rings: the parameter alarmTopics of serverless.yml, a list, or a text with commas between.
module.exports = async ({ resolveVariable }) => {
  const given = await resolveVariable('param:alarmTopics')
  const topics = (Array.isArray(given) ? given : String(given).split(',')).map((topic) => topic.trim()).filter(Boolean)
  const stage = await resolveVariable('sls:stage')
  if (stage === 'prod' && topics.length === 0)
    throw new Error(
      'alarmTopics is empty, so nobody would hear an alarm of stage prod. Name the ARN of an SNS topic in params of serverless.yml, or give --param "alarmTopics=arn:aws:sns:REGION:ACCOUNT:NAME".',
    )
  return topics
}
