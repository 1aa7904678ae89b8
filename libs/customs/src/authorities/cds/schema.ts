/**
 * The declaration's element tree: order of the children as the schema fixes it, and the WCO id of each element, which error
 * pointers speak. `Name=ID` is a value, `Name:ID` a group, `*` marks what may repeat;
 * an `Address` without a line of its own has the children of all addresses.
 *
 * @see HMRC customs-declarations, WCO_DEC_2_DMS.xsd 2.15: what an import declaration uses of it
 */
const ORDER: Record<string, string> = {
  '': `AcceptanceDateTime=023 FunctionCode=017 FunctionalReferenceID=D026 ID=D014 IssueDateTime=D011 TypeCode=D013 GoodsItemQuantity=228
    DeclarationOfficeID=065 InvoiceAmount=109 TotalGrossMassMeasure=131 TotalPackageQuantity=146 Submitter:17B AdditionalDocument:02A*
    AdditionalInformation:03A* Agent:05A AuthorisationHolder:17C* BorderTransportMeans:15A CurrencyExchange:40A* Declarant:57B Exporter:57A
    GoodsShipment:67A ObligationGuarantee:90A* PresentationOffice:15C SupervisingOffice:97B`,
  Submitter: 'Name=R058 ID=R059 Address:04A',
  AdditionalDocument: 'CategoryCode=D031 ID=D005 TypeCode=D006',
  AdditionalInformation: 'StatementCode=226 StatementDescription=225 StatementTypeCode=369',
  Agent: 'Name=R003 ID=R004 FunctionCode=102 Address:04A',
  AuthorisationHolder: 'ID=R144 CategoryCode=R145',
  BorderTransportMeans:
    'Name=T005 ID=T006 IdentificationTypeCode=T018 TypeCode=T010 RegistrationNationalityCode=T014 ModeCode=T022',
  CurrencyExchange: 'CurrencyTypeCode=135 RateNumeric=118',
  Declarant: 'Name=R124 ID=R123 Address:04A',
  Exporter: 'Name=R031 ID=R032 Address:04A',
  ObligationGuarantee:
    'AmountAmount=492 ID=D014 ReferenceID=100 SecurityDetailsCode=101 AccessCode=499 GuaranteeOffice:14C',
  'ObligationGuarantee/GuaranteeOffice': 'ID=G014',
  PresentationOffice: 'ID=G015',
  SupervisingOffice: 'ID=G012',
  GoodsShipment: `TransactionNatureCode=103 Buyer:16A Consignee:27A Consignment:28A Consignor:30A CustomsValuation:41A Destination:99B
    DomesticDutyTaxParty:55B* ExportCountry:95B GovernmentAgencyGoodsItem:68A* Importer:74A PreviousDocument:99A* Seller:09B TradeTerms:22B UCR:35B Warehouse:43B`,
  'GoodsShipment/Buyer': 'Name=R009 ID=R010 Address:04A',
  'GoodsShipment/Consignee': 'Name=R014 ID=R015 Address:04A',
  'GoodsShipment/Consignor': 'Name=R020 ID=R021 Address:04A',
  'GoodsShipment/Importer': 'Name=R037 ID=R038 Address:04A',
  'GoodsShipment/Seller': 'Name=R050 ID=R051 Address:04A',
  'GoodsShipment/Consignment':
    'ContainerCode=096 ArrivalTransportMeans:10A DepartureTransportMeans:46A GoodsLocation:64A LoadingLocation:83A TransportEquipment:31B*',
  'GoodsShipment/Consignment/ArrivalTransportMeans':
    'Name=T001 ID=T002 IdentificationTypeCode=T034 TypeCode=T008 ModeCode=T020',
  'GoodsShipment/Consignment/DepartureTransportMeans':
    'Name=T003 ID=T004 IdentificationTypeCode=T029 TypeCode=T009 ModeCode=T021',
  'GoodsShipment/Consignment/GoodsLocation': 'Name=L016 ID=L017 TypeCode=L110 Address:04A',
  'GoodsShipment/Consignment/GoodsLocation/Address':
    'TypeCode=410 CityName=241 CountryCode=242 Line=239 PostcodeID=245',
  'GoodsShipment/Consignment/LoadingLocation': 'Name=L009 ID=L010',
  'GoodsShipment/Consignment/TransportEquipment': 'SequenceNumeric=006 ID=159 Seal:44B*',
  'GoodsShipment/Consignment/TransportEquipment/Seal': 'SequenceNumeric=006 ID=165',
  'GoodsShipment/CustomsValuation': 'FreightChargeAmount=117 ChargeDeduction:58B*',
  'GoodsShipment/CustomsValuation/ChargeDeduction': 'ChargesTypeCode=371 OtherChargeDeductionAmount=181',
  'GoodsShipment/Destination': 'CountryCode=465 RegionID=477',
  'GoodsShipment/DomesticDutyTaxParty': 'ID=R119 RoleCode=R005',
  'GoodsShipment/ExportCountry': 'ID=062',
  'GoodsShipment/PreviousDocument': 'CategoryCode=D031 ID=D018 TypeCode=D019 LineNumeric=171',
  'GoodsShipment/TradeTerms':
    'ConditionCode=090 CountryRelationshipCode=106 Description=089 LocationID=L002 LocationName=L001',
  'GoodsShipment/UCR': 'ID=016 TraderAssignedReferenceID=009',
  'GoodsShipment/Warehouse': 'ID=L019 TypeCode=L112',
  'GoodsShipment/GovernmentAgencyGoodsItem': `CustomsValueAmount=108 SequenceNumeric=006 StatisticalValueAmount=114 TransactionNatureCode=103 AdditionalDocument:02A*
    AdditionalInformation:03A* Commodity:23A CustomsValuation:41A Destination:99B DomesticDutyTaxParty:55B* ExportCountry:95B GovernmentProcedure:70A* Origin:92A*
    Packaging:93A* PreviousDocument:99A* UCR:35B ValuationAdjustment:39B`,
  'GoodsShipment/GovernmentAgencyGoodsItem/AdditionalDocument':
    'CategoryCode=D031 EffectiveDateTime=276 ID=D005 Name=D028 TypeCode=D006 LPCOExemptionCode=360 WriteOff:22C',
  'GoodsShipment/GovernmentAgencyGoodsItem/AdditionalDocument/WriteOff': 'QuantityQuantity=502 AmountAmount=503',
  'GoodsShipment/GovernmentAgencyGoodsItem/AdditionalInformation':
    'StatementCode=226 StatementDescription=225 StatementTypeCode=369',
  'GoodsShipment/GovernmentAgencyGoodsItem/Commodity':
    'Description=137 Classification:21A* DangerousGoods:12C* DutyTaxFee:50A* GoodsMeasure:65A InvoiceLine:79A TransportEquipment:31B*',
  'GoodsShipment/GovernmentAgencyGoodsItem/Commodity/Classification': 'ID=145 IdentificationTypeCode=337',
  'GoodsShipment/GovernmentAgencyGoodsItem/Commodity/DangerousGoods': 'UNDGID=506',
  'GoodsShipment/GovernmentAgencyGoodsItem/Commodity/DutyTaxFee':
    'AdValoremTaxBaseAmount=116 DeductAmount=111 DutyRegimeCode=164 SpecificTaxBaseQuantity=129 TaxRateNumeric=115 TypeCode=113 QuotaOrderID=401 Payment:94A',
  'GoodsShipment/GovernmentAgencyGoodsItem/Commodity/DutyTaxFee/Payment':
    'MethodCode=107 TaxAssessedAmount=120 PaymentAmount=378',
  'GoodsShipment/GovernmentAgencyGoodsItem/Commodity/GoodsMeasure':
    'GrossMassMeasure=126 NetNetWeightMeasure=128 TariffQuantity=130',
  'GoodsShipment/GovernmentAgencyGoodsItem/Commodity/InvoiceLine': 'ItemChargeAmount=112',
  'GoodsShipment/GovernmentAgencyGoodsItem/Commodity/TransportEquipment': 'SequenceNumeric=006 ID=159',
  'GoodsShipment/GovernmentAgencyGoodsItem/CustomsValuation': 'MethodCode=122 ChargeDeduction:58B*',
  'GoodsShipment/GovernmentAgencyGoodsItem/CustomsValuation/ChargeDeduction':
    'ChargesTypeCode=371 OtherChargeDeductionAmount=181',
  'GoodsShipment/GovernmentAgencyGoodsItem/Destination': 'CountryCode=465 RegionID=477',
  'GoodsShipment/GovernmentAgencyGoodsItem/DomesticDutyTaxParty': 'ID=R119 RoleCode=R005',
  'GoodsShipment/GovernmentAgencyGoodsItem/ExportCountry': 'ID=062',
  'GoodsShipment/GovernmentAgencyGoodsItem/GovernmentProcedure': 'CurrentCode=166 PreviousCode=161',
  'GoodsShipment/GovernmentAgencyGoodsItem/Origin': 'CountryCode=063 RegionID=066 TypeCode=501',
  'GoodsShipment/GovernmentAgencyGoodsItem/Packaging':
    'SequenceNumeric=006 MarksNumbersID=142 QuantityQuantity=144 TypeCode=141',
  'GoodsShipment/GovernmentAgencyGoodsItem/PreviousDocument': 'CategoryCode=D031 ID=D018 TypeCode=D019 LineNumeric=171',
  'GoodsShipment/GovernmentAgencyGoodsItem/UCR': 'ID=016 TraderAssignedReferenceID=009',
  'GoodsShipment/GovernmentAgencyGoodsItem/ValuationAdjustment': 'AdditionCode=188',
};

const ADDRESS =
  'CityName=241 CountryCode=242 CountrySubDivisionCode=244 CountrySubDivisionName=243 Line=239 PostcodeID=245';

export interface Leaf {
  name: string;
  /** WCO id of the value: the `TagID` of a pointer */
  tag: string;
}

export interface Section {
  name: string;
  /** WCO id of the group: the `DocumentSectionCode` of a pointer */
  section: string;
  repeats: boolean;
  /** names of all children, values and groups, in the order of the schema */
  order: readonly string[];
  leaves: readonly Leaf[];
  sections: readonly Section[];
}

function sectionOf(path: string, name: string, section: string, repeats: boolean): Section {
  const children = (ORDER[path] ?? (name === 'Address' ? ADDRESS : '')).split(/\s+/).map((text) => {
    const [, child = '', kind, id = '', star] = /^(\w+)([=:])(\w+)(\*?)$/.exec(text) ?? [];
    return { child, isGroup: kind === ':', id, repeats: star === '*' };
  });
  return {
    name,
    section,
    repeats,
    order: children.map((each) => each.child),
    leaves: children.filter((each) => !each.isGroup).map(({ child, id }) => ({ name: child, tag: id })),
    sections: children
      .filter((each) => each.isGroup)
      .map((each) => sectionOf(path === '' ? each.child : `${path}/${each.child}`, each.child, each.id, each.repeats)),
  };
}

/** The tree of `Declaration`, section 42A. */
export const DECLARATION: Section = sectionOf('', 'Declaration', '42A', false);
