/* Bodies of our own making: what lies on the queue in each of the ways that an event can come. */
export const snapshot = {
  id: 'evt_1TestSnapshot',
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_795_873_389,
  data: { object: { id: 'cus_Test1', object: 'customer', name: 'Ada', created: 1_790_000_000, livemode: true } },
  livemode: true,
  pending_webhooks: 1,
  request: { id: 'req_1', idempotency_key: null },
  type: 'customer.updated',
}

/** EventBridge: `account` is the AWS account that receives, never Stripe's. */
export const eventBridge = (detail: object, source = 'aws.partner/stripe.com/ed_61Test') => ({
  version: '0',
  id: '17e8dff5-0000-3770-ace9-000000000000',
  'detail-type': 'customer.updated',
  source,
  account: '111122223333',
  time: '2026-11-28T13:43:10Z',
  region: 'eu-central-1',
  resources: [],
  detail,
})

export const cloudEvent = (data: object) => ({
  specversion: '1.0',
  type: 'customer.updated',
  source: '/providers/stripe/ed_61Test',
  id: '9aeb0fdf-0000-0131-0922-000000000000',
  time: '2026-11-28T13:43:10Z',
  data,
})

export const sns = (message: object) => ({
  Type: 'Notification',
  MessageId: '22b80b92-0000-0000-0000-000000000000',
  TopicArn: 'arn:aws:sns:eu-central-1:111122223333:events',
  Message: JSON.stringify(message),
  Timestamp: '2026-11-28T13:43:10.100Z',
})

export const shopifyOrder = {
  metadata: { 'X-Shopify-Topic': 'orders/updated', 'X-Shopify-Shop-Domain': 'test.myshopify.com' },
  payload: { id: 820_982_911_946_154_500, admin_graphql_api_id: 'gid://shopify/Order/820982911946154500' },
}
