import { testGateway } from "../../conformance/gateway.ts";
import { EXTERNAL } from "./external-driver.ts";

testGateway(EXTERNAL);
