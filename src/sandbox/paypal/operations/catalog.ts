import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import { type Fields, textAt } from '../paypal-object.ts'
import { notFound } from '../refusal.ts'
import { commaList, queryShape, textOf, truthText, whole } from '../request-shape.ts'
import { scopes } from '../scopes.ts'
import { newestFirst, numberedPage, selfLink } from './pages.ts'

const paging = { page_size: whole(1, 20), page: whole(1, 100_000), total_required: truthText }
const parsePlans = queryShape({ ...paging, product_id: textOf(6, 50), plan_ids: commaList(textOf(3, 50), 10) })
const parseProducts = queryShape(paging)
const parseNothing = queryShape({})

const byCreation = newestFirst((object) => textAt(object, 'create_time'), 'id')

/** Billing plans and the products they sell. The specification names no order; the sandbox lists the newest first. */
export function catalogOperations(): readonly Operation[] {
  const scope = scopes.subscriptions
  return [
    {
      method: 'GET',
      path: '/v1/billing/plans',
      scope,
      isList: true,
      answer(request) {
        const {
          page = 1,
          page_size: size = 10,
          total_required: hasTotals = false,
          ...query
        } = parsePlans(request.query)
        const matching = request.merchant.stores.plans
          .sorted('create_time', byCreation)
          .map(({ object }) => object)
          .filter(
            ({ id, product_id }) =>
              (query.product_id === undefined || query.product_id === product_id) &&
              (query.plan_ids?.some((wanted) => wanted === id) ?? true),
          )
        const call = { field: 'plans', page, size, hasTotals }
        return numberedPage(request, matching, call, request.caller.prefersAll ? wholePlan : minimalPlan)
      },
    },
    {
      method: 'GET',
      path: '/v1/billing/plans/{id}',
      scope,
      isList: false,
      answer({ merchant, query }, id) {
        parseNothing(query)
        const plan = merchant.stores.plans.get(id)
        if (!plan) throw notFound('path')
        return objectAnswer(wholePlan(plan))
      },
    },
    {
      method: 'GET',
      path: '/v1/catalogs/products',
      scope,
      isList: true,
      answer(request) {
        const { page = 1, page_size: size = 10, total_required: hasTotals = false } = parseProducts(request.query)
        const matching = request.merchant.stores.products.sorted('create_time', byCreation).map(({ object }) => object)
        const call = { field: 'products', page, size, hasTotals, isNeverEmpty: true } as const
        return numberedPage(request, matching, call, listedProduct)
      },
    },
    {
      method: 'GET',
      path: '/v1/catalogs/products/{id}',
      scope,
      isList: false,
      answer({ merchant, query }, id) {
        parseNothing(query)
        const product = merchant.stores.products.get(id)
        if (!product) throw notFound('path')
        return objectAnswer({ ...product, links: selfLink(`/v1/catalogs/products/${id}`) })
      },
    },
  ]
}

export function wholePlan(plan: Fields): Fields {
  return { ...plan, links: selfLink(`/v1/billing/plans/${textAt(plan, 'id')}`) }
}

/** Without `Prefer: return=representation` a plan is its id, its status and its links. */
export function minimalPlan(plan: Fields): Fields {
  const { id, status } = plan
  return { id, status, links: selfLink(`/v1/billing/plans/${textAt(plan, 'id')}`) }
}

/** A list leaves out the type, the category and the time of change. */
export function listedProduct({ id, name, description, create_time }: Fields): Fields {
  return { id, name, description, create_time, links: selfLink(`/v1/catalogs/products/${String(id)}`) }
}
