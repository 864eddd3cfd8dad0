import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.util.Map;

/** HAPI's SimpleServer with an application that stores nothing and says AA to everything. */
public final class SimpleAck {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        HapiContext context = new DefaultHapiContext();
        if (arguments[1].equals("noValidation")) {
            context.setValidationContext(ValidationContextFactory.noValidation());
        }
        HL7Service server = context.newServer(port, false);
        server.registerApplication(new ReceivingApplication<Message>() {
            @Override
            public Message processMessage(Message message, Map<String, Object> metadata) throws ca.uhn.hl7v2.HL7Exception {
                try {
                    return message.generateACK();
                } catch (java.io.IOException failed) {
                    throw new ca.uhn.hl7v2.HL7Exception(failed);
                }
            }

            @Override
            public boolean canProcess(Message message) {
                return true;
            }
        });
        server.startAndWait();
        System.out.println("listening");
    }
}
