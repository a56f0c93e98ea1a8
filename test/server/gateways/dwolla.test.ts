import { testGateway } from "../../conformance/gateway.ts";
import { DWOLLA } from "./dwolla-driver.ts";

testGateway(DWOLLA);
