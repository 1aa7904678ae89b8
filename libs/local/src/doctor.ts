export { doctor, doctorLines, plan, type DoctorRow, type PlanRow } from '../../../infra/servers/doctor.mjs';
