import { machineOf, type Transitions } from '../kernel/index.ts'

export type ProductStatus = 'draft' | 'active' | 'inactive'

export const productTransitions: Transitions<ProductStatus> = {
  draft: ['active'],
  active: ['inactive'],
  inactive: ['active'],
}

export const productMachine = machineOf('product', 'products', productTransitions)
