import type { Dataset } from '../dataset.ts'
import type { Fields } from '../paypal-object.ts'
import { day, timestamp } from '../timestamps.ts'

export function productAt(n: number, data: Dataset): Fields {
  const created = data.now - 4 * 365 * day + n * day
  return {
    id: data.id('products', n),
    name: `${names[n % names.length]} ${n}`,
    ...(n % 3 === 2 ? {} : { description: 'Ünlimited access – “everything” included' }),
    type: ['SERVICE', 'DIGITAL', 'PHYSICAL'][n % 3],
    category: n % 2 === 0 ? 'SOFTWARE' : 'ACADEMIC_SOFTWARE',
    ...(n % 4 === 0 ? { image_url: 'https://example.com/streaming.jpg', home_url: 'https://example.com/home' } : {}),
    create_time: timestamp(created),
    update_time: timestamp(created + (n % 3) * 100 * day),
  }
}

const names = ['Video streaming', 'Abonnement bien-être', '定期便', 'Coffee of the month', 'Software as a Service']
