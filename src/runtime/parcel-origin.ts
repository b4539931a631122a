import type { ParcelOrigin } from '../domain/logistics/index.ts'
import type { Config } from './config.ts'

/** The warehouse of the configuration, as couriers need it. */
export function parcelOrigin(config: Config): ParcelOrigin {
  return {
    contactName: config.warehouseContactName,
    contactPhone: config.warehouseContactPhone,
    address: config.warehouseAddress,
    postalCode: config.warehousePostalCode,
  }
}
