/*
 * What is asked of an order. An object costs a point and a list as many as it may have, so that the lists inside an order
 * are short here: the rest of a longer list is asked for by the order's id.
 */

/** Entries of the lists inside an order of a page. */
export const transactionsInOrder = 4
export const refundsInOrder = 2
export const linesInOrder = 5
/** Lines in a request for the rest of an order's. */
export const linesAtOnce = 60

/** Variables of the fields that an app may be denied: see Withheld. */
const ofCustomer = '$customer: Boolean! = true'
const ofLine = '$product: Boolean! = true, $variant: Boolean! = true'
const ofOrder = `$email: Boolean! = true, ${ofCustomer}, ${ofLine}`

const line = /* GraphQL */ `fragment line on LineItem {
  id name title variantTitle sku quantity currentQuantity
  product @include(if: $product) { id }
  variant @include(if: $variant) { id }
  originalUnitPriceSet { shopMoney { amount currencyCode } }
  originalTotalSet { shopMoney { amount currencyCode } }
  discountedTotalSet(withCodeDiscounts: true) { shopMoney { amount currencyCode } }
  taxLines { title rate priceSet { shopMoney { amount currencyCode } } }
}`

const transaction = /* GraphQL */ `fragment transaction on OrderTransaction {
  id kind status test gateway formattedGateway createdAt processedAt errorCode paymentId
  amountSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
  parentTransaction { id }
  fees { type rate amount { amount currencyCode } }
  paymentDetails { ... on CardPaymentDetails { company } }
}`

const refund = /* GraphQL */ `fragment refund on Refund {
  id createdAt updatedAt processedAt note
  totalRefundedSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
  transactions(first: 2) { nodes { id status test parentTransaction { id } } }
}`

const order = /* GraphQL */ `fragment order on Order {
  id name createdAt updatedAt processedAt cancelledAt closedAt cancelReason test currencyCode presentmentCurrencyCode
  displayFinancialStatus displayFulfillmentStatus returnStatus sourceName tags note
  email @include(if: $email)
  customer @include(if: $customer) { id }
  subtotalPriceSet { shopMoney { amount currencyCode } }
  totalDiscountsSet { shopMoney { amount currencyCode } }
  totalTaxSet { shopMoney { amount currencyCode } }
  totalShippingPriceSet { shopMoney { amount currencyCode } }
  totalTipReceivedSet { shopMoney { amount currencyCode } }
  totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
  totalReceivedSet { shopMoney { amount currencyCode } }
  totalOutstandingSet { shopMoney { amount currencyCode } }
  totalRefundedSet { shopMoney { amount currencyCode } }
  transactionsCount { count }
  transactions(first: ${transactionsInOrder}) { ...transaction }
  refunds(first: ${refundsInOrder}) { ...refund }
  lineItems(first: ${linesInOrder}) { nodes { ...line } pageInfo { hasNextPage endCursor } }
}
${line}
${transaction}
${refund}`

/** With `$begins` the first page tells the scopes of the token as well. */
export const ordersDocument = /* GraphQL */ `query orders($first: Int!, $after: String, $query: String, $by: OrderSortKeys!, $begins: Boolean!, ${ofOrder}) {
  orders(first: $first, after: $after, query: $query, sortKey: $by, reverse: true) {
    nodes { ...order }
    pageInfo { hasNextPage endCursor }
  }
  currentAppInstallation @include(if: $begins) { accessScopes { handle } }
}
${order}`

export const orderDocument = /* GraphQL */ `query order($id: ID!, ${ofOrder}) { order(id: $id) { ...order } }
${order}`

export const linesDocument = /* GraphQL */ `query orderLines($id: ID!, $first: Int!, $after: String, ${ofLine}) {
  order(id: $id) { id lineItems(first: $first, after: $after) { nodes { ...line } pageInfo { hasNextPage endCursor } } }
}
${line}`

/** Without `first` the whole list comes: it has no cursor to go on with. */
export const transactionsDocument = /* GraphQL */ `query orderTransactions($id: ID!, ${ofCustomer}) {
  order(id: $id) { id customer @include(if: $customer) { id } transactionsCount { count } transactions { ...transaction } }
}
${transaction}`

/** The same of refunds. */
export const refundsDocument = /* GraphQL */ `query orderRefunds($id: ID!, ${ofCustomer}) {
  order(id: $id) { id customer @include(if: $customer) { id } refunds { ...refund } }
}
${refund}`
