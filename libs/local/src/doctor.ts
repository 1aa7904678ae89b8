export { doctor, doctorLines, plan, type DoctorRow, type PlanRow } from '../machine/doctor.mjs';
