import { customers as table } from '../../../db/schema.ts'
import { dateTime, metadataOf, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { currency } from '../readers.ts'
import { createdAt, resource, updatedAt } from '../resource.ts'

/** Variables of the fields for which an app needs an approval of its own: see Withheld. */
const optional = ['displayName', 'firstName', 'lastName', 'defaultEmailAddress', 'defaultPhoneNumber', 'defaultAddress']
  .map((field) => `$${field}: Boolean! = true`)
  .join(', ')

const customer = /* GraphQL */ `fragment customer on Customer {
  id createdAt updatedAt
  displayName @include(if: $displayName)
  firstName @include(if: $firstName)
  lastName @include(if: $lastName)
  state locale note tags taxExempt numberOfOrders
  amountSpent { amount currencyCode }
  defaultEmailAddress @include(if: $defaultEmailAddress) { emailAddress marketingState }
  defaultPhoneNumber @include(if: $defaultPhoneNumber) { phoneNumber }
  defaultAddress @include(if: $defaultAddress) { countryCodeV2 provinceCode city zip }
}`

/** Customers. A deletion is an event, and a full job finds it. */
export const customers = resource<typeof table>(
  {
    name: 'customers',
    table,
    owner: {},
    createdFilter: createdAt,
    updatedFilter: updatedAt,
    row: mapping<typeof table>({
      email: at(text, 'defaultEmailAddress.emailAddress'),
      name: at(text, 'displayName'),
      phone: at(text, 'defaultPhoneNumber.phoneNumber'),
      description: at(text, 'note'),
      currency: at(currency, 'amountSpent.currencyCode'),
      country: at(text, 'defaultAddress.countryCodeV2'),
      metadata: derived((item) =>
        metadataOf(item, 'state', 'locale', 'tags', 'taxExempt', 'numberOfOrders', 'amountSpent'),
      ),
      createdAt: at(dateTime, 'createdAt'),
      updatedAt: at(dateTime, 'updatedAt'),
      ...absent('balance', 'delinquent', 'livemode'),
    }),
  },
  {
    document: /* GraphQL */ `query customers($first: Int!, $after: String, $query: String, $by: CustomerSortKeys!, ${optional}) {
  customers(first: $first, after: $after, query: $query, sortKey: $by, reverse: true) {
    nodes { ...customer }
    pageInfo { hasNextPage endCursor }
  }
}
${customer}`,
    path: ['customers'],
    scope: 'read_customers',
    // The search has no term created_at.
    terms: { created: 'customer_date', updated: 'updated_at' },
    sortKeys: true,
    counted: 'customersCount',
    objectQuery: {
      document: /* GraphQL */ `query customer($id: ID!, ${optional}) { customer(id: $id) { ...customer } }
${customer}`,
      field: 'customer',
    },
  },
)
