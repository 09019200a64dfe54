import { usePackagedService } from './packaged-service.ts'

export const service = usePackagedService()
